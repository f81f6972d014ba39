// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.prometheus;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus answers to the question for its alerting rules, read piece by piece: a rule may
 * have thousands of alerts.
 *
 * @param error what it says went wrong; {@code null} if nothing did
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#rules">HTTP API,
 *     rules</a>
 */
record AlertRules(@Nullable String error, List<Rule> rules) implements PrometheusClient.Told {
  private static final int MAX_RULES = 20_000;
  private static final Pattern PLACE = Pattern.compile("/data/groups/\\d+/rules/\\d+");

  /**
   * One rule.
   *
   * @param expression as Prometheus formats it, which is how alerts have it too
   * @param pending its {@code for:}
   */
  private record Rule(
      String name, String expression, Duration pending, Map<String, String> labels) {

    /** Labels of a rule may be templates, and those of an alert more. */
    boolean gave(AlertRule alert) {
      return name.equals(alert.name())
          && labels.entrySet().stream()
              .allMatch(
                  label ->
                      label.getValue().contains("{{")
                          || label.getValue().equals(alert.labels().get(label.getKey())));
    }
  }

  /**
   * Reads an answer.
   *
   * @throws IOException if it is not one; the message says what is wrong
   */
  static AlertRules read(byte[] body) throws IOException {
    String status = null;
    String error = null;
    List<Rule> rules = new ArrayList<>();
    try (JsonParser json = Matrix.JSON.createParser(body)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.START_OBJECT) {
          if (PLACE.matcher(json.getParsingContext().pathAsPointer().toString()).matches()
              && rules.size() < MAX_RULES) {
            rules.add(rule(json));
          }
        } else if (token == JsonToken.VALUE_STRING) {
          switch (json.getParsingContext().pathAsPointer().toString()) {
            case "/status" -> status = json.getText();
            case "/error" -> error = json.getText();
            default -> {}
          }
        }
      }
    } catch (JsonProcessingException e) {
      throw new PrometheusException("its answer is not JSON, or is cut off", e);
    }
    if ("error".equals(status)) {
      return new AlertRules(error == null ? "it gave no reason" : error, List.of());
    }
    if (!"success".equals(status)) {
      throw new PrometheusException("its answer is not that of the Prometheus HTTP API");
    }
    return new AlertRules(null, rules);
  }

  private static Rule rule(JsonParser json) throws IOException {
    String name = "";
    String expression = "";
    double seconds = 0;
    Map<String, String> labels = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "name" -> name = json.getValueAsString("");
        case "query" -> expression = json.getValueAsString("");
        case "duration" -> seconds = json.getValueAsDouble();
        case "labels" -> {
          if (value == JsonToken.START_OBJECT) {
            Matrix.labels(json, labels);
          }
        }
        default -> {}
      }
      json.skipChildren();
    }
    boolean isSpan = seconds > 0 && seconds < Duration.ofDays(366).toSeconds();
    return new Rule(
        name,
        expression,
        isSpan ? Duration.ofMillis(Math.round(seconds * 1000)) : Duration.ZERO,
        labels);
  }

  /**
   * The {@code for:} of the rule that an alert came from; empty if none is known. Of several that
   * may be meant the shortest: with a longer one the true cause might seem to have come too late.
   */
  Optional<Duration> pending(AlertRule alert) {
    List<Rule> named = rules.stream().filter(rule -> rule.gave(alert)).toList();
    List<Rule> same =
        named.stream().filter(rule -> rule.expression.equals(alert.expression())).toList();
    Stream<Rule> meant = (same.isEmpty() ? named : same).stream();
    return meant.map(Rule::pending).min(Duration::compareTo);
  }
}
