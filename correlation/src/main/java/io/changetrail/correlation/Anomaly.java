// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.model.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, as the alert tells it: the question that correlation answers.
 *
 * @param service canonical name of the service that the alert is about
 * @param environment canonical name; null where the alert does not say, and then every environment
 *     is searched
 * @param signal the metric or symptom, such as {@code latency_p99}; null where the alert names none
 * @param labels further labels of the alert, such as a version or a zone
 * @param detectedAt when the alert fired, which is minutes after it began
 * @param pending how long the condition had held when the alert fired ({@code for:} in Prometheus)
 * @param window changes are searched from its beginning; evidence is read until its end, which is
 *     the moment of asking
 */
public record Anomaly(
    String service,
    @Nullable String environment,
    @Nullable String signal,
    Map<String, String> labels,
    Instant detectedAt,
    Duration pending,
    Interval window) {

  /** How far back a cause is sought unless the caller says otherwise. */
  public static final Duration LOOKBACK = Duration.ofHours(24);

  public Anomaly {
    if (service.isBlank()) {
      throw new IllegalArgumentException("anomaly.service: must not be blank");
    }
    if (pending.isNegative()) {
      throw new IllegalArgumentException("anomaly.pending: must not be negative, is " + pending);
    }
    if (detectedAt.isBefore(window.earliest()) || detectedAt.isAfter(window.latest())) {
      throw new IllegalArgumentException(
          "anomaly.detectedAt: "
              + detectedAt
              + " lies outside the window "
              + window.earliest()
              + " to "
              + window.latest());
    }
    labels = Map.copyOf(labels);
  }

  /** An anomaly asked about at the moment it was detected, with the usual {@link #LOOKBACK}. */
  public static Anomaly detected(String service, @Nullable String environment, Instant detectedAt) {
    return new Anomaly(
        service,
        environment,
        null,
        Map.of(),
        detectedAt,
        Duration.ZERO,
        new Interval(detectedAt.minus(LOOKBACK), detectedAt));
  }

  public Anomaly withSignal(String named) {
    return new Anomaly(service, environment, named, labels, detectedAt, pending, window);
  }

  /** The same with what the alert says of itself. */
  public Anomaly about(@Nullable String named, Map<String, String> described) {
    return new Anomaly(service, environment, named, described, detectedAt, pending, window);
  }

  /** The same with how long its condition had held; causes are sought as much further back. */
  public Anomaly withPending(Duration held) {
    return new Anomaly(
        service,
        environment,
        signal,
        labels,
        detectedAt,
        held,
        new Interval(window.earliest().minus(held).plus(pending), window.latest()));
  }

  public Anomaly withWindow(Interval searched) {
    return new Anomaly(service, environment, signal, labels, detectedAt, pending, searched);
  }

  public Optional<String> environmentName() {
    return Optional.ofNullable(environment);
  }
}
