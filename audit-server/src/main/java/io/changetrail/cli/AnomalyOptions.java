// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an alert is about, as options. */
final class AnomalyOptions {
  private final Session session;

  @Option(
      names = "--service",
      required = true,
      paramLabel = "NAME",
      description = "What the alert is about; any name that the catalogue knows for it.")
  private String service = "";

  @Option(names = "--environment", paramLabel = "NAME", description = "Any unless given.")
  private @Nullable String environment;

  @Option(names = "--at", paramLabel = "TIME", description = "When it fired; now unless given.")
  private @Nullable Instant at;

  @Option(
      names = "--signal",
      paramLabel = "NAME",
      description = "What it watches, for example error_rate or latency_p99.")
  private @Nullable String signal;

  @Option(
      names = "--label",
      paramLabel = "NAME=VALUE",
      description = "A label of the alert, for example version=1.4.2; repeatable.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--for",
      paramLabel = "SPAN",
      description = "How long its condition had to hold before it fired, for example 5m.")
  private @Nullable Duration held;

  @Option(
      names = "--lookback",
      paramLabel = "SPAN",
      description = "How far back causes are sought; 24h unless given.")
  private @Nullable Duration lookback;

  @Option(
      names = "--series",
      paramLabel = "FILE",
      description = {
        "Metrics around that time, sent along as evidence; repeatable. JSON as the API takes",
        "it, an answer of Prometheus to query_range, or CSV with the columns time and value."
      })
  private List<Path> series = List.of();

  @Option(
      names = "--query",
      paramLabel = "PROMQL",
      description = "Metrics that the server shall ask Prometheus for; repeatable.")
  private List<String> queries = List.of();

  @Option(
      names = "--prometheus",
      paramLabel = "NAME",
      description = "Which of the server's Prometheus servers; needed if it has several.")
  private @Nullable String prometheus;

  AnomalyOptions(Session session) {
    this.session = session;
  }

  /** As {@code /v1/correlate} takes it. */
  ObjectNode question() {
    ObjectNode question = JsonNodeFactory.instance.objectNode();
    question.put("service", service);
    put(question, "environment", environment);
    put(question, "signal", signal);
    question.put(
        "alertedAt", (at == null ? session.surroundings().clock().instant() : at).toString());
    put(question, "for", held);
    put(question, "lookback", lookback);
    if (!labels.isEmpty()) {
      ObjectNode given = question.putObject("labels");
      labels.forEach(given::put);
    }
    if (!series.isEmpty()) {
      ArrayNode all = question.putArray("series");
      series.forEach(file -> all.addAll(new SeriesFile(file, service, signal).read()));
    }
    if (!queries.isEmpty()) {
      ArrayNode all = question.putArray("queries");
      for (String query : queries) {
        ObjectNode one = all.addObject().put("expression", query);
        put(one, "server", prometheus);
        put(one, "signal", signal);
      }
    }
    return question;
  }

  private static void put(ObjectNode question, String name, @Nullable Object value) {
    if (value != null) {
      question.put(name, value.toString());
    }
  }
}
