// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.correlation.Anomaly;
import io.changetrail.correlation.Series;
import io.changetrail.model.Interval;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.http.JsonFields;
import io.changetrail.server.http.Problem;
import io.changetrail.server.prometheus.AlertRule;
import io.changetrail.server.prometheus.PrometheusServers;
import io.changetrail.server.prometheus.RangeQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /v1/correlate} is asked: an anomaly, and what was measured of it.
 *
 * @param queries what to ask Prometheus for
 * @param rule that the alert came from, whose {@code for:} is still to be asked for; {@code null}
 *     where it is known or there is none
 */
record Question(
    Anomaly anomaly, List<Series> series, List<RangeQuery> queries, @Nullable AlertRule rule) {
  private static final Duration MAX_LOOKBACK = Duration.ofDays(31);

  /** The end of the year 9999. */
  private static final double LATEST_SECOND = 253_402_300_800.0;

  /**
   * Reads the body of a request.
   *
   * @param prometheusServers the names of those that may be asked
   * @param asked when
   */
  static Question parse(
      byte[] body, Catalogue catalogue, Set<String> prometheusServers, Instant asked) {
    JsonFields fields = JsonFields.ofBody(body);
    fields.only(
        Set.of(
            "service",
            "environment",
            "signal",
            "labels",
            "alertedAt",
            "for",
            "lookback",
            "series",
            "queries"));
    String environment = fields.optionalText("environment");
    Instant alertedAt = fields.has("alertedAt") ? fields.instant("alertedAt") : asked;
    if (alertedAt.isAfter(asked.plus(Duration.ofHours(1)))) {
      throw Problem.field("alertedAt", "is in the future; check the clock").asException();
    }
    if (alertedAt.isBefore(Instant.EPOCH)) {
      throw Problem.field("alertedAt", "is before 1970; check the clock").asException();
    }
    Duration pending = fields.duration("for", Duration.ZERO);
    if (pending.compareTo(Incidents.LONGEST) > 0) {
      throw Problem.field("for", "must be at most 366 days").asException();
    }
    Duration lookback = fields.duration("lookback", Anomaly.LOOKBACK);
    if (lookback.isZero() || lookback.compareTo(MAX_LOOKBACK) > 0) {
      throw Problem.field("lookback", "must be longer than nothing and at most 31 days")
          .asException();
    }
    Instant end = asked.isAfter(alertedAt) ? asked : alertedAt;
    // Evidence from long after the alert is of another story.
    Instant latest = end.isBefore(alertedAt.plus(lookback)) ? end : alertedAt.plus(lookback);
    Anomaly anomaly =
        new Anomaly(
            catalogue.service(fields.text("service")),
            environment == null ? null : catalogue.environment(environment),
            fields.optionalText("signal"),
            labels(fields),
            alertedAt,
            pending,
            new Interval(alertedAt.minus(lookback), latest));
    return new Question(
        anomaly, series(fields, catalogue), queries(fields, anomaly, prometheusServers), null);
  }

  private static List<RangeQuery> queries(
      JsonFields fields, Anomaly anomaly, Set<String> prometheusServers) {
    List<JsonFields> given = fields.objects("queries");
    if (given.size() > PrometheusServers.MAX_QUERIES) {
      throw Problem.field("queries", "has more than " + PrometheusServers.MAX_QUERIES + " entries")
          .asException();
    }
    List<RangeQuery> queries = new ArrayList<>(given.size());
    for (JsonFields one : given) {
      one.only(Set.of("server", "expression", "signal"));
      String expression = one.text("expression");
      if (expression.length() > RangeQuery.MAX_EXPRESSION) {
        throw Problem.field(
                one.at("expression"), "is longer than " + RangeQuery.MAX_EXPRESSION + " characters")
            .asException();
      }
      String server =
          one.has("server") || prometheusServers.size() != 1
              ? one.text("server")
              : prometheusServers.iterator().next();
      if (!prometheusServers.contains(server)) {
        throw Problem.field(
                one.at("server"),
                prometheusServers.isEmpty()
                    ? "is not configured; add it under 'prometheus' in the server's settings"
                    : "must be one of " + String.join(", ", prometheusServers))
            .asException();
      }
      queries.add(
          new RangeQuery(server, expression, one.optionalText("signal"), anomaly.service()));
    }
    return queries;
  }

  private static Map<String, String> labels(JsonFields fields) {
    if (!fields.has("labels")) {
      return Map.of();
    }
    JsonFields given = fields.object("labels");
    Map<String, String> labels = new LinkedHashMap<>();
    given.node().fieldNames().forEachRemaining(name -> labels.put(name, given.text(name)));
    return labels;
  }

  private static List<Series> series(JsonFields fields, Catalogue catalogue) {
    List<JsonFields> given = fields.objects("series");
    if (given.size() > PrometheusServers.MAX_SERIES) {
      throw Problem.field("series", "has more than " + PrometheusServers.MAX_SERIES + " entries")
          .asException();
    }
    List<Series> series = new ArrayList<>(given.size());
    int points = 0;
    for (JsonFields one : given) {
      one.only(Set.of("service", "signal", "instance", "labels", "points", "name"));
      JsonNode list = one.list("points");
      points += list.size();
      if (points > PrometheusServers.MAX_POINTS) {
        throw Problem.field(
                "series", "have more than " + PrometheusServers.MAX_POINTS + " points in all")
            .asException();
      }
      long[] times = new long[list.size()];
      double[] values = new double[list.size()];
      for (int i = 0; i < times.length; i++) {
        String at = one.at("points") + "[" + i + "]";
        times[i] = time(at, list.get(i).path(0));
        values[i] = value(at, list.get(i).path(1));
      }
      series.add(
          new Series(
              catalogue.service(one.text("service")),
              one.optionalText("instance"),
              one.text("signal"),
              labels(one),
              times,
              values));
    }
    return series;
  }

  private static long time(String field, JsonNode time) {
    if (!time.isNumber() && !time.isTextual()) {
      throw Problem.field(field, "must be [time, value] with a time in RFC 3339 or epoch seconds")
          .asException();
    }
    double seconds =
        time.isNumber()
            ? time.doubleValue()
            : JsonFields.instant(field, time.textValue()).getEpochSecond();
    if (!(seconds >= 0 && seconds < LATEST_SECOND)) {
      throw Problem.field(field, "must be [time, value] with a time from 1970 to 9999")
          .asException();
    }
    return time.isNumber()
        ? Math.round(seconds * 1000)
        : JsonFields.instant(field, time.textValue()).toEpochMilli();
  }

  /** Prometheus writes values as texts, NaN and +Inf among them. */
  private static double value(String field, JsonNode value) {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isNull()) {
      return Double.NaN;
    }
    try {
      return switch (value.asText()) {
        case "NaN" -> Double.NaN;
        case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(value.asText());
      };
    } catch (NumberFormatException e) {
      throw Problem.field(field, "must be [time, value] with a number as its value").asException();
    }
  }
}
