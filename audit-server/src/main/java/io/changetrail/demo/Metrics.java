// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;

/**
 * Series of one sample a minute that lie at a usual level, at another one during the incident, and
 * at the usual one again.
 *
 * @param from first sample
 * @param broken first sample of the incident
 * @param repaired first sample after it
 * @param to end, exclusive
 */
record Metrics(Instant from, Instant broken, Instant repaired, Instant to) {
  /** Half of the range in which samples lie around their level, as a share of it. */
  private static final double NOISE = 0.15;

  private static final double PRECISION = 1e5;

  /** Adds a series in the form that {@code POST /v1/correlate} reads. */
  void write(ArrayNode all, ShopService service, String signal, double usual, double during) {
    ObjectNode series = all.addObject();
    series.put("name", service.metricName() + " " + signal);
    series.put("service", service.metricName());
    series.put("signal", signal);
    ArrayNode points = series.putArray("points");
    SplittableRandom noise = new SplittableRandom(series.get("name").textValue().hashCode());
    for (Instant at = from; at.isBefore(to); at = at.plus(Duration.ofMinutes(1))) {
      double level = at.isBefore(broken) || !at.isBefore(repaired) ? usual : during;
      double value = level * noise.nextDouble(1 - NOISE, 1 + NOISE);
      points.addArray().add(at.getEpochSecond()).add(Math.round(value * PRECISION) / PRECISION);
    }
  }
}
