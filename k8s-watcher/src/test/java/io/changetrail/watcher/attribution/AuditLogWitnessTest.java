// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.watcher.attribution.Witness.Seen;
import io.changetrail.watcher.cluster.ResourceType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Orders of arrival that a real API server shows only now and then. */
class AuditLogWitnessTest {
  private static final Instant NOW = Instant.parse("2026-03-04T02:00:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ResourceType SECRETS = new ResourceType("", "v1", "Secret", "secrets", true);

  private Instant now = NOW;
  private final List<AuditEvent> amendments = new ArrayList<>();
  private final AuditLogWitness witness =
      new AuditLogWitness(
          new Witness() {
            @Override
            public Attribution attribute(Seen change) {
              return Attribution.unknown();
            }

            @Override
            public void shipped(Seen change, AuditEvent event) {}
          },
          amendments::add,
          () -> now);

  private static Seen seen() throws Exception {
    return seen(null, true);
  }

  private static Seen seen(Instant since, boolean live) throws Exception {
    JsonNode secret =
        JSON.readTree(
            "{\"metadata\":{\"namespace\":\"shop\",\"name\":\"db\",\"uid\":\"u\",\"resourceVersion\":\"7\"}}");
    return new Seen(SECRETS, secret, List.of(), false, since, live);
  }

  private static AuditEvent event(Actor actor) {
    return AuditEvent.builder(
            new EventRef("/k8s/test", "u/7"),
            NOW,
            actor,
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update").build())
        .target(Target.service("shop", "prod"))
        .build();
  }

  private static JsonNode record(boolean exact) throws Exception {
    return record("alice", exact ? "7" : "");
  }

  private static JsonNode record(String user, String version) throws Exception {
    return JSON.readTree(
        "{\"stage\":\"ResponseComplete\",\"verb\":\"update\",\"user\":{\"username\":\""
            + user
            + "\"},"
            + "\"objectRef\":{\"resource\":\"secrets\",\"namespace\":\"shop\",\"name\":\"db\"},"
            + "\"responseStatus\":{\"code\":200},\"requestReceivedTimestamp\":\"2026-03-04T02:00:00.5Z\""
            + (version.isEmpty()
                ? "}"
                : ",\"responseObject\":{\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\""
                    + version
                    + "\"}}}"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void C6_aRecordThatComesWhileItsEventIsShippedIsNotMissed(boolean exact) throws Exception {
    Attribution known = witness.attribute(seen());
    witness.record(record(exact));
    witness.shipped(seen(), event(known.actor()));

    assertThat(amendments).singleElement().satisfies(AuditLogWitnessTest::isAlices);
    assertThat(witness.waiting())
        .as("one by its time only may get a better one")
        .isEqualTo(exact ? 0 : 1);
  }

  @Test
  void C6_whoFitsByTimeOnlyIsReplacedByTheVeryRecordThatComesLater() throws Exception {
    witness.record(record("bob", ""));
    Attribution known = witness.attribute(seen());
    assertThat(known.actor().id()).isEqualTo("bob");
    assertThat(known.actor().evidence()).isEqualTo(Actor.Evidence.AUDIT_LOG_TIME);
    witness.shipped(seen(), event(known.actor()));
    witness.record(record("alice", "7"));

    assertThat(amendments).singleElement().satisfies(AuditLogWitnessTest::isAlices);
    assertThat(amendments.get(0).actor().evidence()).isEqualTo(Actor.Evidence.AUDIT_LOG);
  }

  @ParameterizedTest
  @CsvSource({
    "bob,   alice, true,  AUDIT_LOG, alice",
    "bob,   alice, false, UNKNOWN,   unknown",
    "alice, alice, false, AUDIT_LOG, alice"
  })
  void C6_whatAListFoundIsPutOnTheLastWriterOnlyIfNobodyElseWroteInBetween(
      String first, String last, boolean live, Actor.Evidence evidence, String named)
      throws Exception {
    Seen change = seen(NOW, live);
    witness.record(record(first, "6"));
    witness.record(record(last, "7"));
    Actor actor = witness.attribute(change).actor();

    assertThat(actor.evidence()).isEqualTo(evidence);
    assertThat(actor.id()).isEqualTo(named);
    witness.shipped(change, event(actor));
    assertThat(amendments).isEmpty();
  }

  @Test
  void C6_aWriterBeforeWhomNobodyListenedIsNamedByTimeOnly() throws Exception {
    witness.record(record("alice", "7"));

    assertThat(witness.attribute(seen(NOW.minusSeconds(60), false)).actor().evidence())
        .isEqualTo(Actor.Evidence.AUDIT_LOG_TIME);
  }

  @Test
  void C6_aRecordThatComesLaterAmendsTheEvent() throws Exception {
    witness.shipped(seen(), event(witness.attribute(seen()).actor()));
    assertThat(witness.waiting()).isEqualTo(1);
    witness.record(record(true));

    assertThat(amendments).singleElement().satisfies(AuditLogWitnessTest::isAlices);
  }

  @Test
  void C6_severalEventsOfOneWriteAreAllAmended() throws Exception {
    witness.shipped(seen(), event(Actor.unknown()));
    witness.shipped(seen(), event(Actor.unknown()));
    witness.record(record(true));

    assertThat(amendments).hasSize(2).allSatisfy(AuditLogWitnessTest::isAlices);
    assertThat(witness.waiting()).isZero();
  }

  @Test
  void C6_withoutAnAuditLogEventsAreNotWaitedForForEver() throws Exception {
    for (int i = 0; i < 100; i++) {
      witness.shipped(seen(), event(Actor.unknown()));
      now = now.plusSeconds(60);
    }
    assertThat(witness.waiting()).isBetween(14, 17);
  }

  private static void isAlices(AuditEvent amendment) {
    assertThat(amendment.actor().id()).isEqualTo("alice");
    assertThat(amendment.amends()).isEqualTo(new EventRef("/k8s/test", "u/7"));
  }
}
