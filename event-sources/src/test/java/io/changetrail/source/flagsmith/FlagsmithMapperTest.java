// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.flagsmith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.InvalidEventException;
import io.changetrail.source.Fixture;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlagsmithMapperTest {
  private final FlagsmithMapper mapper = new FlagsmithMapper();

  @Test
  void C7_anAllocatedShareCarriesKeyEnvironmentActorOldAndNewValueAndPercentage() {
    AuditEvent event = only("flag.updated.rollout");

    assertThat(event.change().kind()).isEqualTo(ChangeKind.FEATURE_FLAG);
    assertThat(event.targets().get(0).environment()).isEqualTo("Production");
    assertThat(event.targets().get(0).service()).isEqualTo("shop");
    assertThat(event.actor().id()).isEqualTo("priya@acme.example");
    assertThat(event.change().rollout()).isEqualTo(50.0);
    assertThat(event.change().summary())
        .isEqualTo(
            "flag new-pricing in Production: on, value \"v1\" (\"v2\" 5 %) → on, value \"v1\""
                + " (\"v2\" 50 %)");
    assertThat(event.change().state().beforeState().orElseThrow().at("/variations/v2").asDouble())
        .isEqualTo(5);
    assertThat(event.change().state().afterState().orElseThrow().at("/variations/v2").asDouble())
        .isEqualTo(50);
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-04T09:15:22.595298Z"));
  }

  @Test
  void theIdIsMadeOfFlagsmithsOwnIdsAndTheMoment() {
    assertThat(only("flag.updated.rollout").ref())
        .hasToString("/flagsmith/eu 12/23/7168/2026-03-04T09:15:22.595298Z");
  }

  @Test
  void aFlagThatAnApiKeyTurnedOffWasDisabledByAService() {
    AuditEvent event = only("flag.updated.off");

    assertThat(event.change().action()).isEqualTo("disable");
    assertThat(event.change().rollout()).isEqualTo(0.0);
    assertThat(event.actor().kind()).isEqualTo(Actor.Kind.SERVICE);
  }

  @Test
  void anOverrideForASegmentSaysSoAndClaimsNoShareOfAll() {
    AuditEvent event = only("flag.updated.segment");

    assertThat(event.change().action()).isEqualTo("create");
    assertThat(event.change().rollout()).isNull();
    assertThat(event.change().summary()).contains("for segment beta testers, set to on");
    assertThat(event.ref().id()).contains("/segment-311/");
  }

  @Test
  void anOverrideForAPersonDoesNotTellWho() {
    ObjectNode payload = Fixture.read("flagsmith/flag.updated.rollout.json");
    Fixture.within(payload, "/data/new_state")
        .put("identity", 99)
        .put("identity_identifier", "customer-4711");

    AuditEvent event = mapper.map(payload, "eu").get(0);

    assertThat(event.change().summary()).contains("for one identity");
    assertThat(event.toString()).doesNotContain("customer-4711");
  }

  @Test
  void aDeletedFlagKeepsItsLastState() {
    AuditEvent event = only("flag.deleted");

    assertThat(event.change().action()).isEqualTo("delete");
    assertThat(event.change().state().after()).isNull();
    assertThat(event.change().state().before()).isNotNull();
    assertThat(event.change().rollout()).isEqualTo(0.0);
  }

  @Test
  void thePublicationOfAVersionIsToldByTheFlagsThatItChanges() {
    ObjectNode payload = Fixture.read("flagsmith/flag.updated.rollout.json");

    assertThat(FlagsmithMapper.knows("NEW_VERSION_PUBLISHED")).isTrue();
    assertThat(mapper.map(payload.put("event_type", "NEW_VERSION_PUBLISHED"), "eu")).isEmpty();
  }

  @Test
  void aPayloadWithoutItsMomentIsRefusedByThatField() {
    ObjectNode payload = Fixture.read("flagsmith/flag.updated.rollout.json");
    Fixture.within(payload, "/data").put("timestamp", "");

    assertThatThrownBy(() -> mapper.map(payload, "eu"))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("body/data/timestamp");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flag.updated.rollout",
        "flag.updated.off",
        "flag.updated.segment",
        "flag.deleted"
      })
  void E11_aRedeliveryIsTheSameEventAndSurvivesTheWire(String file) {
    AuditEvent first = only(file);

    assertThat(only(file)).isEqualTo(first);
    assertThat(Fixture.overTheWire(List.of(first))).containsExactly(first);
  }

  private AuditEvent only(String file) {
    List<AuditEvent> events = mapper.map(Fixture.read("flagsmith/" + file + ".json"), "eu");
    assertThat(events).hasSize(1);
    return events.get(0);
  }
}
