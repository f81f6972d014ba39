// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.prometheus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus answers to a range query, read piece by piece without building a tree of it.
 *
 * @param error what it says went wrong; {@code null} if nothing did
 * @param samples by series, in the order given
 * @param cut whether there was more than may be read
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries">HTTP API,
 *     range queries</a>
 */
record Matrix(@Nullable String error, List<Samples> samples, List<String> warnings, boolean cut)
    implements PrometheusClient.Told {
  private static final int MAX_LABELS = 64;
  private static final int MAX_WARNINGS = 5;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(32).maxNumberLength(100).build())
          .build();

  /**
   * The samples of one series.
   *
   * @param times milliseconds since the epoch
   */
  record Samples(Map<String, String> labels, long[] times, double[] values) {}

  /**
   * Reads an answer. Samples of times that were not asked for are left out: whoever sends them may
   * have told other lies about them.
   *
   * @param points that are taken at most
   * @throws IOException if it is not one; the message says what is wrong
   */
  static Matrix read(byte[] body, Instant from, Instant to, int points) throws IOException {
    try (JsonParser json = JSON.createParser(body)) {
      return new Reader(json, from, to, points).answer();
    } catch (JsonProcessingException e) {
      throw new PrometheusException("its answer is not JSON, or is cut off", e);
    }
  }

  /** Reads the object that has just begun. */
  static void labels(JsonParser json, Map<String, String> labels) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_STRING && labels.size() < MAX_LABELS) {
        labels.put(name, json.getText());
      } else {
        json.skipChildren();
      }
    }
  }

  private static final class Reader {
    private final JsonParser json;
    private final List<Samples> samples = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final long from;
    private final long to;
    private final int most;
    private int points;
    private boolean cut;

    Reader(JsonParser json, Instant from, Instant to, int most) {
      this.json = json;
      this.most = most;
      this.from = from.toEpochMilli();
      this.to = to.toEpochMilli();
    }

    Matrix answer() throws IOException {
      String status = null;
      String error = null;
      String type = null;
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new PrometheusException("its answer is not that of the Prometheus HTTP API");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "status" -> status = json.getText();
          case "error" -> error = json.getText();
          case "warnings" -> texts(value);
          case "data" -> type = data(value);
          default -> json.skipChildren();
        }
      }
      if ("error".equals(status)) {
        return new Matrix(error == null ? "it gave no reason" : error, List.of(), warnings, false);
      }
      if (!"success".equals(status) || !"matrix".equals(type)) {
        throw new PrometheusException("its answer is not that of a range query");
      }
      return new Matrix(null, samples, warnings, cut);
    }

    private void texts(JsonToken start) throws IOException {
      if (start != JsonToken.START_ARRAY) {
        json.skipChildren();
        return;
      }
      for (JsonToken next = json.nextToken(); isIn(next); next = json.nextToken()) {
        if (next == JsonToken.VALUE_STRING && warnings.size() < MAX_WARNINGS) {
          warnings.add(json.getText());
        } else {
          json.skipChildren();
        }
      }
    }

    private @Nullable String data(JsonToken start) throws IOException {
      String type = null;
      if (start != JsonToken.START_OBJECT) {
        json.skipChildren();
        return null;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("resultType")) {
          type = json.getText();
        } else if (name.equals("result") && value == JsonToken.START_ARRAY) {
          result();
        } else {
          json.skipChildren();
        }
      }
      return type;
    }

    private void result() throws IOException {
      for (JsonToken next = json.nextToken(); isIn(next); next = json.nextToken()) {
        if (next == JsonToken.START_OBJECT
            && samples.size() < PrometheusServers.MAX_SERIES
            && points < most) {
          series();
        } else {
          cut = true;
          json.skipChildren();
        }
      }
    }

    private void series() throws IOException {
      Map<String, String> labels = new LinkedHashMap<>();
      long[] times = new long[256];
      double[] values = new double[256];
      int size = 0;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken start = json.nextToken();
        if (name.equals("metric") && start == JsonToken.START_OBJECT) {
          labels(json, labels);
        } else if (name.equals("values") && start == JsonToken.START_ARRAY) {
          for (JsonToken next = json.nextToken(); isIn(next); next = json.nextToken()) {
            if (points >= most) {
              cut = true;
              json.skipChildren();
              continue;
            }
            if (size == times.length) {
              times = Arrays.copyOf(times, 2 * size);
              values = Arrays.copyOf(values, 2 * size);
            }
            if (sample(next, times, values, size)) {
              size++;
              points++;
            }
          }
        } else {
          json.skipChildren();
        }
      }
      samples.add(new Samples(labels, Arrays.copyOf(times, size), Arrays.copyOf(values, size)));
    }

    /** One {@code [seconds, "value"]}; whatever else stands there is no sample. */
    private boolean sample(JsonToken start, long[] times, double[] values, int at)
        throws IOException {
      if (start != JsonToken.START_ARRAY) {
        json.skipChildren();
        return false;
      }
      JsonToken time = json.nextToken();
      double seconds = time != null && time.isNumeric() ? json.getDoubleValue() : Double.NaN;
      if (time != null && time.isStructStart()) {
        json.skipChildren();
      }
      JsonToken value = isIn(time) ? json.nextToken() : time;
      double number = value == JsonToken.VALUE_STRING ? number(json.getText()) : Double.NaN;
      if (value != null && value.isStructStart()) {
        json.skipChildren();
      }
      for (JsonToken rest = value; isIn(rest); rest = json.nextToken()) {
        if (rest.isStructStart()) {
          json.skipChildren();
        }
      }
      times[at] = Math.round(seconds * 1000);
      values[at] = number;
      return times[at] >= from && times[at] <= to && Double.isFinite(seconds);
    }

    /** Prometheus writes values as texts; what is no number is a missing sample. */
    private static double number(String text) {
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        return text.equals("+Inf")
            ? Double.POSITIVE_INFINITY
            : text.equals("-Inf") ? Double.NEGATIVE_INFINITY : Double.NaN;
      }
    }

    /** Whether a token is not the end of an array, nor of everything. */
    private static boolean isIn(@Nullable JsonToken token) {
      return token != null && token != JsonToken.END_ARRAY;
    }
  }
}
