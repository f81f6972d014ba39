// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measuring the ranking on recorded incidents. */
class EvaluateTest {
  private static final Instant ALERT = Instant.parse("2026-03-04T02:08:00Z");

  @TempDir private Path directory;

  @Test
  void R12_evaluatePrintsHitRatesAndFalseAccusationsBesideTheBaselines() throws IOException {
    incident("a", "\"culprit\":\"near\",\"visibility\":{\"causeVisible\":true}");
    incident("b", "\"culprit\":null");

    List<JsonNode> lines =
        new Terminal()
            .run("evaluate", directory.toString(), "--json", "--details")
            .succeeded()
            .json();

    JsonNode report = lines.get(0);
    assertThat(report.path("incidents").asInt()).isEqualTo(2);
    assertThat(report.path("top1").asDouble()).isEqualTo(1);
    assertThat(report.path("mrr").asDouble()).isEqualTo(1);
    assertThat(report.path("visible").path("incidents").asInt()).isEqualTo(1);
    assertThat(report.path("falseAccusation").isNumber()).isTrue();
    assertThat(report.path("intervals").path("top1").path("n").asInt()).isEqualTo(1);
    JsonNode baselines = report.path("baselines");
    assertThat(baselines.path("latest change").path("top1").asDouble()).isZero();
    assertThat(baselines.path("latest on the alerting service").path("top1").asDouble())
        .isEqualTo(1);
    assertThat(baselines.path("random").path("top1").asDouble()).isEqualTo(1.0 / 3);
    assertThat(lines.subList(1, 3))
        .extracting(one -> one.path("id").asText() + " " + one.path("rank").asText())
        .containsExactly("a 1", "b null");
  }

  /** The project's own incidents; four tell who got the change. */
  @Test
  void R12_theOwnIncidentsAreExplainedAndTheOneWithoutACauseAccusesNobody() throws Exception {
    Path incidents =
        Path.of(Objects.requireNonNull(getClass().getResource("/incidents/README.md")).toURI())
            .resolveSibling("");

    List<JsonNode> lines =
        new Terminal()
            .run("evaluate", incidents.toString(), "--json", "--details")
            .succeeded()
            .json();

    JsonNode report = lines.get(0);
    assertThat(report.path("incidents").asInt()).isEqualTo(6);
    assertThat(report.path("top1").asDouble()).isEqualTo(1);
    assertThat(report.path("falseAccusation").asDouble()).isZero();
    assertThat(report.path("intervals").path("accused").path("value").asDouble()).isEqualTo(1);
    List<JsonNode> ablation =
        new Terminal()
            .run("evaluate", incidents.toString(), "--ablation", "--json")
            .succeeded()
            .json();
    assertThat(ablation)
        .filteredOn(row -> row.path("name").asText().equals("cohort"))
        .as("of two changes in the same minute, which one only this comparison tells")
        .singleElement()
        .satisfies(row -> assertThat(row.path("top1").asDouble()).isLessThanOrEqualTo(0.6));
  }

  /** What happened later is in the folder too, and must not be used. */
  @Test
  void whatLiesAfterTheAlertAltersNoJudgement() throws Exception {
    incident("a", "\"culprit\":\"near\"");
    Path other = Files.createDirectory(directory.resolve("later"));
    incident(other, "a", "\"culprit\":\"near\"");
    Path folder = other.resolve("a");
    Files.writeString(
        folder.resolve("events.ndjson"),
        Files.readString(folder.resolve("events.ndjson"))
            + event("rollback", "checkout", 3)
            + event("storm", "payment", 2).repeat(50));
    try (Writer csv =
        new OutputStreamWriter(
            new GZIPOutputStream(
                Files.newOutputStream(folder.resolve("series.csv.gz"), StandardOpenOption.APPEND)),
            StandardCharsets.UTF_8)) {
      for (int minute = 1; minute < 90; minute++) {
        csv.write(ALERT.plusSeconds(60L * minute) + ",payment,payment-1,latency_p99,900,\n");
        csv.write(ALERT.plusSeconds(60L * minute) + ",checkout,checkout-1,latency_p99,0.2,\n");
      }
    }

    assertThat(details(other)).isEqualTo(details(directory.resolve("a")));
  }

  private static List<JsonNode> details(Path incidents) {
    return new Terminal()
        .run("evaluate", incidents.toString(), "--json", "--details")
        .succeeded()
        .json();
  }

  @Test
  void R12_evaluateShowsWhatEachFactorIsWorth() throws IOException {
    incident("a", "\"culprit\":\"near\",\"visibility\":{\"causeVisible\":true}");
    incident("b", "\"culprit\":null");

    List<JsonNode> rows =
        new Terminal()
            .run("evaluate", directory.toString(), "--ablation", "--json")
            .succeeded()
            .json();

    assertThat(rows)
        .extracting(row -> row.path("name").asText())
        .startsWith("nothing", "before_after")
        .contains("cohort", "onset_proximity");
    assertThat(rows.get(0).path("top1").asDouble()).isEqualTo(1);
    assertThat(rows.get(0).path("n").asInt()).isEqualTo(1);
    assertThat(rows.get(0).path("nWithoutCause").asInt()).isEqualTo(1);
  }

  @Test
  void R12_evaluateShowsWhatRestsOnEachNumberAndOnAllOfThem() throws IOException {
    incident("a", "\"culprit\":\"near\",\"faultType\":\"one\"");
    incident("b", "\"culprit\":\"near\",\"faultType\":\"other\"");

    List<JsonNode> rows =
        new Terminal()
            .run("evaluate", directory.toString(), "--cross-validate=3", "--json")
            .succeeded()
            .json();

    assertThat(rows)
        .extracting(row -> row.path("name").asText())
        .contains("blame smaller", "blame larger", "all at random, worst of 3")
        .endsWith("chosen without the group, of 2");
    assertThat(rows.get(rows.size() - 1).path("n").asInt()).isEqualTo(2);
  }

  @Test
  void whatLiesAfterTheAlertIsNotRead() throws IOException {
    incident("a", "\"culprit\":\"after\"");

    JsonNode detail =
        new Terminal()
            .run("evaluate", directory.toString(), "--json", "--details")
            .succeeded()
            .json()
            .get(1);

    assertThat(detail.path("rank").isNull()).isTrue();
  }

  @Test
  void aFolderThatIsNotWellFormedIsNamedWithTheField() throws IOException {
    incident("a", "\"culprit\":null");
    Files.writeString(directory.resolve("a/events.ndjson"), "{\"id\":\"x\",\"time\":\"today\"}\n");

    Terminal.Result result = new Terminal().run("evaluate", directory.toString());

    assertThat(result.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(result.err()).contains("events.ndjson").contains("line 1.time");
  }

  /** A directory with one incident. */
  static Path incidents(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      incident(Files.createDirectory(directory), "a", "\"culprit\":\"near\"");
    }
    return directory;
  }

  private void incident(String id, String truth) throws IOException {
    incident(directory, id, truth);
  }

  private static void incident(Path directory, String id, String truth) throws IOException {
    Path folder = Files.createDirectory(directory.resolve(id));
    Files.writeString(
        folder.resolve("incident.json"),
        "{\"id\":\""
            + id
            + "\",\"anomaly\":{\"service\":\"checkout\",\"environment\":\"production\","
            + "\"signal\":\"latency_p99\",\"labels\":{},\"detectedAt\":\""
            + ALERT
            + "\"},\"topology\":[{\"from\":\"checkout\",\"to\":\"payment\"}]}");
    Files.writeString(
        folder.resolve("events.ndjson"),
        event("old", "checkout", -300)
            + event("near", "checkout", -5)
            + event("latest", "payment", -2)
            + event("after", "checkout", 1));
    Files.writeString(folder.resolve("truth.json"), "{" + truth + "}");
    try (Writer csv =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(folder.resolve("series.csv.gz"))),
            StandardCharsets.UTF_8)) {
      csv.write("time,service,pod,signal,value,labels\n");
      for (int minute = -40; minute < 10; minute++) {
        double value = minute < -4 ? 0.2 + 0.01 * (minute & 3) : 3;
        csv.write(
            ALERT.plusSeconds(60L * minute)
                + ",checkout,checkout-1,latency_p99,"
                + value
                + ",\"{\"\"version\"\":\"\"1.4.2\"\"}\"\n");
      }
    }
  }

  private static String event(String id, String service, int minutes) {
    return "{\"id\":\""
        + id
        + "\",\"time\":\""
        + ALERT.plusSeconds(60L * minutes)
        + "\",\"kind\":\"deployment\",\"service\":\""
        + service
        + "\",\"environment\":\"production\",\"actor\":\"ada\",\"summary\":\"x\",\"pods\":[]}\n";
  }
}
