// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.alertmanager;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.InvalidEventException;
import io.changetrail.source.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A notification about a group of alerts, of version 4.
 *
 * @param key what the group is known by; the same in every notification about it
 * @param receiver the route that it was sent by
 * @param labels that all its alerts have
 * @param annotations that all its alerts have
 * @param alerts at least one
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config">
 *     Alertmanager, webhook_config</a>
 */
public record AlertGroup(
    String key,
    @Nullable String receiver,
    Map<String, String> labels,
    Map<String, String> annotations,
    @Nullable String externalUrl,
    List<Alert> alerts) {
  private static final String VERSION = "4";
  private static final int MAX_ALERTS = 1_000;
  private static final int MAX_LABELS = 64;
  private static final int MAX_TEXT = 1_024;

  /** The annotation that may tell a rule's {@code for:}, which no notification holds. */
  private static final String FOR = "for";

  /**
   * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/">
   *     Prometheus, durations</a>
   */
  private static final Pattern DURATION =
      Pattern.compile(
          "(?:(\\d{1,4})w)?(?:(\\d{1,4})d)?(?:(\\d{1,4})h)?(?:(\\d{1,6})m)?(?:(\\d{1,6})s)?");

  public AlertGroup {
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    alerts = List.copyOf(alerts);
  }

  /**
   * One alert of the group.
   *
   * @param start when it began to fire
   * @param end when it stopped; {@code null} while it fires
   * @param generatorUrl where its expression can be seen
   */
  public record Alert(
      Map<String, String> labels,
      Map<String, String> annotations,
      Instant start,
      @Nullable Instant end,
      @Nullable String generatorUrl) {
    public Alert {
      labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
      annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }

    public boolean isFiring() {
      return end == null;
    }
  }

  /**
   * Reads a notification.
   *
   * @throws InvalidEventException if it is none of version 4
   */
  public static AlertGroup read(JsonNode notification) {
    Payload group = Payload.of(notification);
    if (!VERSION.equals(group.text("/version"))) {
      throw new InvalidEventException(
          "body/version", "must be \"4\", the form of Alertmanager's webhook_config");
    }
    List<Alert> alerts = new ArrayList<>();
    Payload list = group.at("/alerts");
    for (int i = 0; i < Math.min(MAX_ALERTS, list.node().size()); i++) {
      alerts.add(alert(list.at("/" + i)));
    }
    if (alerts.isEmpty()) {
      throw group.missing("/alerts");
    }
    return new AlertGroup(
        group.required("/groupKey"),
        group.cut("/receiver", 256),
        texts(group.at("/commonLabels")),
        texts(group.at("/commonAnnotations")),
        group.url("/externalURL"),
        alerts);
  }

  private static Alert alert(Payload alert) {
    Instant start = alert.time("/startsAt");
    boolean resolved = "resolved".equals(alert.text("/status"));
    return new Alert(
        texts(alert.at("/labels")),
        texts(alert.at("/annotations")),
        start,
        // While it fires, the end is either the zero time or when it would be given up.
        resolved
            ? alert.firstTime("/endsAt").filter(end -> !end.isBefore(start)).orElse(start)
            : null,
        alert.url("/generatorURL"));
  }

  private static Map<String, String> texts(Payload object) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : object.node().properties()) {
      String value = object.field(field.getKey()).cut("", MAX_TEXT);
      if (value != null && !field.getKey().isBlank() && texts.size() < MAX_LABELS) {
        texts.put(field.getKey(), value);
      }
    }
    return texts;
  }

  public boolean isFiring() {
    return alerts.stream().anyMatch(Alert::isFiring);
  }

  /** When the first of its alerts began. */
  public Instant start() {
    return alerts.stream().map(Alert::start).min(Instant::compareTo).orElseThrow();
  }

  /** When the last of its alerts stopped; empty while one fires. */
  public Optional<Instant> end() {
    return isFiring()
        ? Optional.empty()
        : alerts.stream()
            .flatMap(alert -> Optional.ofNullable(alert.end()).stream())
            .max(Instant::compareTo);
  }

  /**
   * How long the condition of its first alert had held when that began to fire, as its annotation
   * {@code for} tells ({@code 5m}, {@code 1h30m}); empty if none does.
   */
  public Optional<Duration> pending() {
    return Optional.ofNullable(
            alerts.stream()
                .min(Comparator.comparing(Alert::start))
                .orElseThrow()
                .annotations()
                .getOrDefault(FOR, annotations.get(FOR)))
        .map(DURATION::matcher)
        .filter(Matcher::matches)
        .map(
            parts ->
                Duration.ofDays(7 * number(parts.group(1)) + number(parts.group(2)))
                    .plusHours(number(parts.group(3)))
                    .plusMinutes(number(parts.group(4)))
                    .plusSeconds(number(parts.group(5))))
        .filter(held -> !held.isZero());
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  /** What it is about, in a line. */
  public String summary() {
    String given = annotations.getOrDefault("summary", alerts.get(0).annotations().get("summary"));
    String name = labels.getOrDefault("alertname", alerts.get(0).labels().get("alertname"));
    String line = given != null ? given : name != null ? name : key;
    return line.strip().lines().findFirst().orElse(key);
  }
}
