// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.codec.ReadableNumbers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Metric series in a file, in the form of {@code POST /v1/correlate}. Understood are that form
 * itself (a list, or an object with {@code series}), an answer of Prometheus to {@code
 * /api/v1/query_range}, and CSV with a heading.
 *
 * @param service of series that name none
 * @param signal of series that name none
 * @see <a
 *     href="https://prometheus.io/docs/prometheus/latest/querying/api/#range-vectors">Prometheus
 *     HTTP API, range vectors</a>
 */
record SeriesFile(Path file, String service, @Nullable String signal) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(new ReadableNumbers())
          .build();

  /** Labels of Prometheus in which the service and the instance stand. */
  private static final List<String> SERVICE_LABELS = List.of("service", "service_name", "app");

  private static final List<String> INSTANCE_LABELS = List.of("instance", "pod");
  private static final String NAME_LABEL = "__name__";

  /** All series of the file. */
  ArrayNode read() {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw Failure.usage(
          "--series names a file that cannot be read: " + file, "check its name and its rights", e);
    }
    ArrayNode all =
        text.startsWith("{") || text.startsWith("[")
            ? ofJson(text)
            : new SeriesTable(this).read(text.lines().toList());
    if (all.isEmpty()) {
      throw wrong("has no series");
    }
    return all;
  }

  private ArrayNode ofJson(String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw wrong("is not JSON at line " + e.getLocation().getLineNr());
    } catch (NumberFormatException e) {
      throw wrong("has a number whose exponent is beyond a billion");
    }
    JsonNode prometheus = json.path("data").path("result");
    JsonNode list = json.isArray() ? json : prometheus.isArray() ? prometheus : json.path("series");
    if (!list.isArray()) {
      throw wrong("has neither a list of series nor an answer of Prometheus");
    }
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (JsonNode entry : list) {
      if (!(entry instanceof ObjectNode series)) {
        throw wrong("has an entry that is no object");
      }
      all.add(prometheus.isArray() ? ofPrometheus(series) : completed(series.deepCopy()));
    }
    return all;
  }

  private ObjectNode ofPrometheus(ObjectNode result) {
    if (!result.path("values").isArray()) {
      throw wrong("is not the answer to a range query; ask /api/v1/query_range");
    }
    ObjectNode series = JsonNodeFactory.instance.objectNode();
    ObjectNode labels = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> label : result.path("metric").properties()) {
      if (!label.getKey().equals(NAME_LABEL)) {
        labels.put(label.getKey(), label.getValue().asText());
      }
    }
    take(labels, SERVICE_LABELS, series, "service");
    take(labels, INSTANCE_LABELS, series, "instance");
    String name = result.path("metric").path(NAME_LABEL).asText(null);
    if (name != null) {
      series.put("signal", name);
    }
    if (!labels.isEmpty()) {
      series.set("labels", labels);
    }
    series.set("points", result.path("values"));
    return completed(series);
  }

  /** Moves the first of the labels that is there. */
  private static void take(ObjectNode labels, List<String> names, ObjectNode to, String as) {
    for (String name : names) {
      JsonNode value = labels.remove(name);
      if (value != null) {
        to.set(as, value);
        return;
      }
    }
  }

  /** With the service and the signal of the command line, where it has none of its own. */
  ObjectNode completed(ObjectNode series) {
    if (!series.has("service")) {
      series.put("service", service);
    }
    if (!series.has("signal")) {
      if (signal == null) {
        throw wrong("does not say what was measured; add --signal NAME");
      }
      series.put("signal", signal);
    }
    return series;
  }

  Failure wrong(String what) {
    return Failure.usage(
        "the series file " + file + " " + what, "docs/cli.md shows the forms that are understood");
  }
}
