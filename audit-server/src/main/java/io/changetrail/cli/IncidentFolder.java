// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.changetrail.correlation.Anomaly;
import io.changetrail.correlation.CandidateChange;
import io.changetrail.correlation.CandidateChange.Exposure;
import io.changetrail.correlation.Series;
import io.changetrail.correlation.Topology;
import io.changetrail.correlation.evaluation.Incident;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Target;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A recorded incident in a folder: {@code incident.json}, {@code series.csv.gz}, {@code
 * events.ndjson} and {@code truth.json}. Whatever lies after the alert is left unread, so that no
 * judgement can rest on it.
 */
record IncidentFolder(Path folder) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String INCIDENT = "incident.json";
  private static final String EVENTS = "events.ndjson";
  private static final String SERIES = "series.csv.gz";

  /** The incidents in a directory, by name; the directory may be an incident itself. */
  static List<IncidentFolder> in(Path directory) {
    if (Files.isRegularFile(directory.resolve(INCIDENT))) {
      return List.of(new IncidentFolder(directory));
    }
    try (Stream<Path> entries = Files.list(directory)) {
      List<IncidentFolder> found =
          entries
              .filter(entry -> Files.isRegularFile(entry.resolve(INCIDENT)))
              .sorted()
              .map(IncidentFolder::new)
              .toList();
      if (found.isEmpty()) {
        throw Failure.usage(
            directory + " has no incidents in it", "name a directory of folders with " + INCIDENT);
      }
      return found;
    } catch (IOException e) {
      throw Failure.usage(directory + " cannot be read", "check its name and its rights", e);
    }
  }

  Incident read() {
    JsonNode incident = json(INCIDENT);
    JsonNode asked = incident.path("anomaly");
    Instant detected = time(INCIDENT, "anomaly.detectedAt", asked.path("detectedAt"));
    Anomaly anomaly =
        Anomaly.detected(
                text(INCIDENT, "anomaly.service", asked.path("service")),
                asked.path("environment").asText(null),
                detected)
            .about(asked.path("signal").asText(null), labels(asked.path("labels")));
    JsonNode truth = json("truth.json");
    return new Incident(
        incident.path("id").asText(folder.getFileName().toString()),
        anomaly,
        changes(detected),
        topology(incident.path("topology")),
        series(detected),
        new Incident.Truth(
            truth.path("culprit").asText(null),
            truth.path("visibility").path("causeVisible").asBoolean(true),
            incident.path("dataset").asText("") + " " + truth.path("faultType").asText("")));
  }

  private static Topology topology(JsonNode edges) {
    List<Topology.Edge> known = new ArrayList<>();
    for (JsonNode edge : edges) {
      known.add(new Topology.Edge(edge.path("from").asText(), edge.path("to").asText()));
    }
    return new Topology(known);
  }

  private static Map<String, String> labels(JsonNode given) {
    Map<String, String> labels = new LinkedHashMap<>();
    given.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return labels;
  }

  private List<CandidateChange> changes(Instant detected) {
    List<CandidateChange> changes = new ArrayList<>();
    String[] lines = text(EVENTS).split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].isBlank()) {
        continue;
      }
      String at = "line " + (i + 1);
      JsonNode event = parse(EVENTS, lines[i]);
      Instant time = time(EVENTS, at + ".time", event.path("time"));
      if (!time.isAfter(detected)) {
        changes.add(change(event, at, time, detected));
      }
    }
    return changes;
  }

  private CandidateChange change(JsonNode event, String at, Instant time, Instant detected) {
    Instant finished =
        event.hasNonNull("finishedAt")
            ? time(EVENTS, at + ".finishedAt", event.path("finishedAt"))
            : null;
    // Nobody knew yet how a change would end that was still going on.
    boolean ended = finished == null || !finished.isAfter(detected);
    Set<String> pods = new HashSet<>();
    event.path("pods").forEach(pod -> pods.add(pod.asText()));
    try {
      return new CandidateChange(
          text(EVENTS, at + ".id", event.path("id")),
          ChangeKind.of(text(EVENTS, at + ".kind", event.path("kind"))),
          time,
          ended ? finished : null,
          new Exposure(
              time, Exposure.USUAL_CLOCK_ERROR, pods, event.path("version").asText(null), 1),
          List.of(
              new Target(
                  text(EVENTS, at + ".service", event.path("service")),
                  event.path("environment").asText(null),
                  null,
                  null,
                  null,
                  null)),
          ended ? outcome(event.path("outcome").asText(null)) : null,
          Set.of(),
          event.path("actor").asText(null),
          event.path("summary").asText(""));
    } catch (IllegalArgumentException e) {
      throw wrong(EVENTS, at + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable Outcome outcome(@Nullable String told) {
    for (Outcome outcome : Outcome.values()) {
      if (outcome.wireName().equals(told)) {
        return outcome;
      }
    }
    return null;
  }

  /** Samples up to the alert, of which each series has a list of its own. */
  private List<Series> series(Instant detected) {
    Map<Key, Samples> all = new LinkedHashMap<>();
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader reader =
            new InputStreamReader(
                new GZIPInputStream(
                    new BufferedInputStream(Files.newInputStream(folder.resolve(SERIES)))),
                StandardCharsets.UTF_8);
        CSVParser rows = format.parse(reader)) {
      boolean labelled = rows.getHeaderNames().contains("labels");
      for (CSVRecord row : rows) {
        Instant time = Instant.parse(row.get("time"));
        if (!time.isAfter(detected)) {
          Key key =
              new Key(
                  row.get("service"),
                  row.get("pod"),
                  row.get("signal"),
                  labelled ? row.get("labels") : "");
          all.computeIfAbsent(key, any -> new Samples())
              .add(time.toEpochMilli(), Double.parseDouble(row.get("value")));
        }
      }
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw wrong(SERIES, e.getMessage(), e);
    }
    List<Series> series = new ArrayList<>(all.size());
    all.forEach(
        (key, samples) ->
            series.add(
                new Series(
                    key.service,
                    key.pod,
                    key.signal,
                    key.labels.isBlank() ? Map.of() : labels(parse(SERIES, key.labels)),
                    samples.times(),
                    samples.values())));
    return series;
  }

  private record Key(String service, String pod, String signal, String labels) {}

  private static final class Samples {
    private final List<Long> times = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();

    void add(long time, double value) {
      times.add(time);
      values.add(value);
    }

    long[] times() {
      return times.stream().mapToLong(Long::longValue).toArray();
    }

    double[] values() {
      return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  private Instant time(String file, String field, JsonNode node) {
    try {
      return Instant.parse(node.asText());
    } catch (DateTimeException e) {
      throw wrong(file, field + " is not an RFC 3339 time in UTC: " + node, e);
    }
  }

  private String text(String file, String field, JsonNode node) {
    if (!node.isTextual() || node.asText().isBlank()) {
      throw wrong(file, field + " is missing", null);
    }
    return node.asText();
  }

  private JsonNode json(String file) {
    return parse(file, text(file));
  }

  private JsonNode parse(String file, String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw wrong(file, "is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private String text(String file) {
    try {
      return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw wrong(file, "cannot be read", e);
    }
  }

  private Failure wrong(String file, @Nullable String what, @Nullable Exception cause) {
    String message = folder.resolve(file) + ": " + what;
    String remedy = "correct it, or take the folder away";
    return cause == null ? Failure.usage(message, remedy) : Failure.usage(message, remedy, cause);
  }
}
