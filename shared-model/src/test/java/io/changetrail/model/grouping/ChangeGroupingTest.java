// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChangeGroupingTest {
  private static final Instant NIGHT = Instant.parse("2026-03-01T02:00:00Z");
  private static final String ACTION = "https://github.com/acme/checkout";
  private static final String WEBHOOK = "https://github.com/acme/checkout/hooks";
  private static final String CLUSTER = "/k8s/prod-eu1";
  private static final String DIGEST = "sha256:" + "9f86d081884c7d65".repeat(4);
  private static final String OTHER_DIGEST = "sha256:" + "60303ae22b998861".repeat(4);
  private static final String REVISION = "0b31b1c02ff458ad9b7b81cbdf8f028b0b31b1c0";
  private static final Catalogue CATALOGUE =
      Catalogue.parse(
          """
          services:
            checkout:
              aliases: [checkout-svc]
          environments:
            prod: [production, prod-eu1]
          """);

  @Test
  void oneDeploymentSeenByActionWebhookAndClusterIsOneChangeWithItsReason() {
    List<ObservedChange> changes =
        group(
            seen(ACTION, 0, Phase.STARTED, "7712345-1", "checkout", "production", null, REVISION),
            seen(WEBHOOK, 20, Phase.STARTED, "1889234", "checkout", "production", null, REVISION),
            seen(CLUSTER, 60, Phase.STARTED, "uid-7", "checkout-svc", "prod-eu1", DIGEST, null),
            seen(CLUSTER, 95, Phase.FINISHED, "uid-7", "checkout-svc", "prod-eu1", DIGEST, null),
            seen(ACTION, 110, Phase.FINISHED, "7712345-1", "checkout", "prod", DIGEST, REVISION));

    assertThat(changes).hasSize(1);
    ObservedChange change = changes.get(0);
    assertThat(change.observations()).hasSize(5);
    assertThat(change.start()).isEqualTo(NIGHT);
    assertThat(change.end()).isEqualTo(NIGHT.plusSeconds(110));
    assertThat(change.outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(change.reason())
        .isEqualTo(
            "5 events of 3 sources: same target and revision "
                + REVISION
                + ", digest "
                + DIGEST
                + ", overlapping in time");
  }

  @Test
  void aDriftThatNamesItsWriteIsNoSecondChange() {
    AuditEvent write =
        AuditEvent.builder(
                new EventRef(CLUSTER, "write"),
                NIGHT,
                Actor.unknown(),
                Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update").build())
            .target(Target.service("checkout", "prod"))
            .build();
    AuditEvent drift =
        write.toBuilder()
            .ref(new EventRef(CLUSTER, "drift"))
            .change(Change.of(ChangeKind.CONFIG, Phase.OCCURRED, Change.DRIFT).build())
            .build();
    AuditEvent caused =
        drift.toBuilder().links(new Links(null, null, List.of(write.ref()), Map.of())).build();

    assertThat(group(new Observation("write", 1, write), new Observation("drift", 2, caused)))
        .hasSize(1);
    assertThat(group(new Observation("drift", 1, drift))).as("nobody saw the write").hasSize(1);
  }

  @Test
  void theSameDigestADayApartIsTwoChanges() {
    int day = 24 * 60 * 60;

    assertThat(
            group(
                seen(ACTION, 0, Phase.FINISHED, null, "checkout", "prod", DIGEST, null),
                seen(CLUSTER, day, Phase.FINISHED, null, "checkout", "prod", DIGEST, null)))
        .hasSize(2);
  }

  @Test
  void whereOneHasNoDigestTheRevisionDecides() {
    assertThat(
            group(
                seen(ACTION, 0, Phase.FINISHED, null, "checkout", "prod", DIGEST, REVISION),
                seen(WEBHOOK, 5, Phase.FINISHED, null, "checkout", "prod", null, REVISION)))
        .hasSize(1);
  }

  @Test
  void anotherDigestKeepsTwoApartThoughTheyShareTheRevisionAndTheId() {
    assertThat(
            group(
                seen(
                    ACTION,
                    0,
                    Phase.FINISHED,
                    "release-2026-17",
                    "checkout",
                    "prod",
                    DIGEST,
                    REVISION),
                seen(
                    CLUSTER,
                    5,
                    Phase.FINISHED,
                    "release-2026-17",
                    "checkout",
                    "prod",
                    OTHER_DIGEST,
                    REVISION)))
        .hasSize(2);
  }

  @Test
  void onlyADeclaredChangeIdJoinsSourcesToo() {
    List<ObservedChange> changes =
        group(
            seen(ACTION, 0, Phase.FINISHED, "release-2026-17", "checkout", "prod", null, REVISION),
            seen(CLUSTER, 5, Phase.FINISHED, "release-2026-17", "checkout", "prod", DIGEST, null));

    assertThat(changes).hasSize(1);
    assertThat(changes.get(0).reason()).contains("same target and change id release-2026-17");
  }

  @Test
  void aCounterThatTwoSourcesHaveInCommonJoinsNothing() {
    assertThat(
            group(
                seen(ACTION, 0, Phase.FINISHED, "42", "checkout", "prod", null, null),
                seen(CLUSTER, 5, Phase.FINISHED, "42", "checkout", "prod", null, null)))
        .hasSize(2);
  }

  @Test
  void anotherServiceEnvironmentOrKindIsAnotherChange() {
    AuditEvent flag =
        AuditEvent.builder(
                new EventRef("/flags", "1"),
                NIGHT,
                Actor.unknown(),
                Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, "enable").build())
            .target(
                Target.service("checkout", "prod")
                    .withResource(new Resource(Resource.FEATURE_FLAG, "new-cart", null)))
            .provenance(provenance(DIGEST, REVISION))
            .build();

    assertThat(
            group(
                seen(ACTION, 0, Phase.FINISHED, null, "checkout", "prod", DIGEST, null),
                seen(CLUSTER, 1, Phase.FINISHED, null, "cart", "prod", DIGEST, null),
                seen(CLUSTER, 2, Phase.FINISHED, null, "checkout", "staging", DIGEST, null),
                new Observation("flag", 9, flag)))
        .hasSize(4);
  }

  @Test
  void aStartWithoutAFinishHasAnUnknownOutcomeOnlyAfterTheLimit() {
    Observation start = seen(ACTION, 0, Phase.STARTED, "7", "checkout", "prod", DIGEST, null);

    assertThat(at(Duration.ofHours(5), start).outcome()).isNull();
    assertThat(at(Duration.ofHours(7), start).outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Property(tries = 200)
  void theOrderOfTheInputDoesNotMatter(
      @ForAll("observations") List<Observation> observations, @ForAll Random random) {
    List<Observation> shuffled = new ArrayList<>(observations);
    Collections.shuffle(shuffled, random);
    Instant later = NIGHT.plus(Duration.ofDays(2));

    assertThat(ChangeGrouping.group(shuffled, CATALOGUE, later))
        .isEqualTo(ChangeGrouping.group(observations, CATALOGUE, later));
  }

  @Property(tries = 200)
  void everyObservationIsInExactlyOneChange(
      @ForAll("observations") List<Observation> observations) {
    List<Observation> grouped = new ArrayList<>();
    ChangeGrouping.group(observations, CATALOGUE, NIGHT)
        .forEach(change -> grouped.addAll(change.observations()));

    assertThat(grouped).containsExactlyInAnyOrderElementsOf(observations);
  }

  @Provide
  Arbitrary<List<Observation>> observations() {
    return Combinators.combine(
            Arbitraries.of(ACTION, WEBHOOK, CLUSTER),
            Arbitraries.integers().between(0, 3000),
            Arbitraries.of(Phase.STARTED, Phase.FINISHED),
            Arbitraries.of("7", "release-2026-17", "release-2026-18").injectNull(0.4),
            Arbitraries.of("checkout", "checkout-svc", "cart"),
            Arbitraries.of("prod", "production"),
            Arbitraries.of(DIGEST, OTHER_DIGEST).injectNull(0.4),
            Arbitraries.of(REVISION, "b".repeat(40)).injectNull(0.4))
        .as(ChangeGroupingTest::seen)
        .list()
        .ofMaxSize(12)
        .map(ChangeGroupingTest::numbered);
  }

  private static List<Observation> numbered(List<Observation> observations) {
    List<Observation> numbered = new ArrayList<>();
    for (int i = 0; i < observations.size(); i++) {
      numbered.add(new Observation("event-" + i, i, observations.get(i).event()));
    }
    return numbered;
  }

  private static List<ObservedChange> group(Observation... observations) {
    return ChangeGrouping.group(
        numbered(List.of(observations)), CATALOGUE, NIGHT.plus(Duration.ofDays(2)));
  }

  private static ObservedChange at(Duration later, Observation... observations) {
    return ChangeGrouping.group(
            List.of(observations), CATALOGUE, ChangeGrouping.FINISH_LIMIT, NIGHT.plus(later))
        .get(0);
  }

  private static Observation seen(
      String source,
      int second,
      Phase phase,
      @Nullable String changeId,
      String service,
      String environment,
      @Nullable String digest,
      @Nullable String revision) {
    AuditEvent event =
        AuditEvent.builder(
                new EventRef(source, second + "-" + phase + "-" + changeId),
                NIGHT.plusSeconds(second),
                Actor.unknown(),
                Change.of(ChangeKind.DEPLOYMENT, phase, "deploy")
                    .id(changeId)
                    .outcome(phase == Phase.FINISHED ? Outcome.SUCCESS : null)
                    .build())
            .target(Target.service(service, environment))
            .provenance(provenance(digest, revision))
            .build();
    return new Observation(source + second, second, event);
  }

  private static Provenance provenance(@Nullable String digest, @Nullable String revision) {
    return new Provenance(
        revision == null
            ? null
            : new Provenance.Vcs("acme/checkout", revision, null, null, null, null, null),
        null,
        digest == null ? List.of() : List.of(new Provenance.Artifact(null, digest, null)));
  }
}
