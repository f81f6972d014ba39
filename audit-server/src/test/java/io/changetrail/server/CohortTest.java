// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Series whose labels tell who got a change and who did not. */
class CohortTest {
  @TempDir private Path data;

  private final Instant live =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(2));

  @Test
  void R5_theVariantOfAFlagIsComparedWithTheOthers() throws Exception {
    JsonNode cohort =
        cohort(
            AuditEvent.builder(
                    new EventRef("/flagd/shop", "on"),
                    live,
                    Actor.user("grace", Actor.Evidence.DECLARED),
                    Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, "update")
                        .state(
                            StructuralDiff.between(
                                Events.json("{\"defaultVariant\":\"old\"}"),
                                Events.json("{\"defaultVariant\":\"new\"}")))
                        .build())
                .target(
                    Target.service("checkout", "prod")
                        .withResource(new Resource(Resource.FEATURE_FLAG, "totals", null)))
                .build(),
            series("\"labels\":{\"variant\":\"new\"}", 0.2)
                + ","
                + series("\"labels\":{\"variant\":\"old\"}", 0.01));

    assertThat(cohort.path("value").asDouble()).isGreaterThan(0.99);
    assertThat(cohort.path("reason").asText()).contains("differs between those that got it");
  }

  @Test
  void R5_aPodThatWasChangedIsComparedWithTheOthers() throws Exception {
    JsonNode cohort =
        cohort(
            AuditEvent.builder(
                    new EventRef("/cluster/shop", "edit"),
                    live,
                    Actor.user("grace", Actor.Evidence.DECLARED),
                    Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update").build())
                .target(
                    Target.service("checkout", "prod")
                        .withResource(new Resource("Pod", "checkout-1", null)))
                .build(),
            series("\"instance\":\"checkout-1\"", 0.2)
                + ","
                + series("\"instance\":\"checkout-2\"", 0.01));

    assertThat(cohort.path("value").asDouble()).isGreaterThan(0.99);
  }

  /** Each provider's own delivery of a flag that half get, measured as its users would. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "launchdarkly|flag.rollout|new_pricing=true|new_pricing=false",
        "launchdarkly|flag.rollout|feature_flag_key=new-pricing,feature_flag_result_variant=true"
            + "|feature_flag_key=new-pricing,feature_flag_result_variant=false",
        "unleash|feature-strategy-update.50|feature_new_pricing=enabled|feature_new_pricing=disabled",
        "flagsmith|flag.updated.rollout|variant=v2|variant=v1",
        "openfeature|flag.rollout|variant=new|variant=old",
      })
  void R5_theVariantsOfEachProvidersFlagAreCompared(
      String provider, String file, String got, String gotNot) throws Exception {
    JsonNode worse = cohortOfDelivered(provider, file, got, 0.2, gotNot, 0.01);
    assertThat(worse.path("value").asDouble()).as(worse.toString()).isGreaterThan(0.99);
    assertThat(worse.path("reason").asText()).contains("error_rate differs", "(0.200 and 0.0100");
  }

  @Test
  void R5_aVariantThatIsNoWorseOrAnotherFlagsIsNotSpokenFor() throws Exception {
    assertThat(
            cohortOfDelivered(
                    "openfeature", "flag.rollout", "variant=new", 0.01, "variant=old", 0.2)
                .path("value")
                .asDouble())
        .as("fewer errors are no symptom")
        .isZero();
    assertThat(
            cohortOfDelivered(
                    "launchdarkly",
                    "flag.rollout",
                    "feature_flag_key=other,feature_flag_result_variant=true",
                    0.2,
                    "feature_flag_key=other,feature_flag_result_variant=false",
                    0.01)
                .isMissingNode())
        .as("labels of another flag")
        .isTrue();
    assertThat(
            cohortOfDelivered(
                    "launchdarkly", "flag.rollout", "cached=true", 0.2, "cached=false", 0.01)
                .isMissingNode())
        .as("a label that has the same word")
        .isTrue();
  }

  private JsonNode cohortOfDelivered(
      String provider, String file, String got, double with, String gotNot, double without)
      throws Exception {
    Path own = Files.createTempDirectory(data, "server");
    String[] hooks = Hooks.settings(own, "launchdarkly", "unleash", "flagsmith", "openfeature");
    try (RunningServer server =
        RunningServer.start(
            own,
            Stream.concat(
                    Arrays.stream(hooks),
                    Stream.of("webhooks.openfeature-acme.sources", "/flagd/*"))
                .toArray(String[]::new))) {
      ObjectNode payload = Hooks.payload(provider + "/" + file + ".json").deepCopy();
      RunningServer.Answer delivered =
          switch (provider) {
            case "launchdarkly" ->
                Hooks.launchdarkly(server, payload.put("date", live.toEpochMilli()));
            case "unleash" -> Hooks.unleash(server, payload.put("createdAt", live.toString()));
            case "flagsmith" -> {
              ((ObjectNode) payload.path("data")).put("timestamp", live.toString());
              yield Hooks.flagsmith(server, payload);
            }
            default ->
                Hooks.openfeature(server, payload.put("time", live.toString()), Instant.now());
          };
      assertThat(delivered.json().path("accepted").asInt()).as(delivered.text()).isEqualTo(1);
      return cohort(
          server,
          "shop",
          series("shop", labels(got), with) + "," + series("shop", labels(gotNot), without));
    }
  }

  private static String labels(String pairs) {
    return Arrays.stream(pairs.split(",", -1))
        .map(pair -> "\"" + pair.replace("=", "\":\"") + "\"")
        .collect(Collectors.joining(",", "\"labels\":{", "}"));
  }

  private JsonNode cohort(AuditEvent change, String series) throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      server.store(change);
      JsonNode cohort = cohort(server, "checkout", series);
      assertThat(cohort.isMissingNode()).isFalse();
      return cohort;
    }
  }

  private JsonNode cohort(RunningServer server, String service, String series) throws Exception {
    JsonNode answer =
        server
            .post(
                "/v1/correlate",
                "application/json",
                "{\"service\":\""
                    + service
                    + "\",\"alertedAt\":\""
                    + live.plus(Duration.ofMinutes(8))
                    + "\",\"series\":["
                    + series
                    + "]}")
            .json();
    for (JsonNode factor : answer.path("suspects").path(0).path("factors")) {
      if (factor.path("name").asText().equals("cohort")) {
        return factor;
      }
    }
    assertThat(answer.path("suspects")).as(answer.toString()).isNotEmpty();
    return MissingNode.getInstance();
  }

  private String series(String identity, double after) {
    return series("checkout", identity, after);
  }

  private String series(String service, String identity, double after) {
    StringBuilder points = new StringBuilder();
    for (int minute = -60; minute < 30; minute++) {
      double value = (minute >= 1 ? after : 0.01) * (1 + 0.05 * (Math.floorMod(minute * 7, 5) - 2));
      points
          .append(points.isEmpty() ? "" : ",")
          .append("[")
          .append(live.plus(Duration.ofMinutes(minute)).getEpochSecond())
          .append(",")
          .append(value)
          .append("]");
    }
    return "{\"service\":\""
        + service
        + "\",\"signal\":\"error_rate\","
        + identity
        + ",\"points\":["
        + points
        + "]}";
  }
}
