// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.unleash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Resource;
import io.changetrail.source.Fixture;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnleashMapperTest {
  private final UnleashMapper mapper = new UnleashMapper();

  @Test
  void C7_aChangedRolloutCarriesKeyEnvironmentActorOldAndNewPercentage() {
    AuditEvent event = only("feature-strategy-update.50");

    assertThat(event.change().kind()).isEqualTo(ChangeKind.FEATURE_FLAG);
    assertThat(event.change().rollout()).isEqualTo(50.0);
    assertThat(event.change().summary())
        .isEqualTo("flag new-pricing in production: flexibleRollout 5 % → flexibleRollout 50 %");
    assertThat(event.change().state().beforeState().orElseThrow().at("/parameters/rollout"))
        .hasToString("\"5\"");
    assertThat(event.change().ticket()).as("its change request").isEqualTo("118");
    assertThat(event.actor().id()).isEqualTo("priya@acme.example");
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-04T11:00:04.871Z"));
    assertThat(event.targets())
        .singleElement()
        .satisfies(
            target -> {
              assertThat(target.service()).isEqualTo("shop");
              assertThat(target.environment()).isEqualTo("production");
              assertThat(target.resource())
                  .isEqualTo(new Resource(Resource.FEATURE_FLAG, "new-pricing", null));
            });
  }

  @Test
  void theIdIsUnleashsOwnNumberAtTheFlagsPlace() {
    assertThat(only("feature-environment-enabled").ref())
        .hasToString("/unleash/eu shop/production/new-pricing/event-41207");
  }

  @ParameterizedTest
  @CsvSource({
    "feature-environment-enabled, enable, off → on, ",
    "feature-environment-disabled, disable, on → off, 0.0",
    "feature-strategy-add, update, for more: flexibleRollout 5 %, 5.0",
    "feature-strategy-update.100, update, flexibleRollout 50 % → flexibleRollout 100 %, 100.0"
  })
  void eachEventSaysWhatBecameOfTheFlag(String file, String action, String text, Double rollout) {
    AuditEvent event = only(file);

    assertThat(event.change().action()).isEqualTo(action);
    assertThat(event.change().summary()).isEqualTo("flag new-pricing in production: " + text);
    assertThat(event.change().rollout()).isEqualTo(rollout);
  }

  @Test
  void aDisabledStrategyReachesNobodyAndConditionsAreCounted() {
    ObjectNode payload = Fixture.read("unleash/feature-strategy-update.50.json");
    Fixture.within(payload, "/data").put("disabled", true);
    Fixture.within(payload, "/data").putArray("constraints").addObject().put("contextName", "a");

    AuditEvent event = mapper.map(payload, "eu").get(0);

    assertThat(event.change().rollout()).isEqualTo(0.0);
    assertThat(event.change().summary()).endsWith("flexibleRollout 0 %, 1 condition");
  }

  @Test
  void archivingNamesNoEnvironmentAndIsAnActivityOnTheFlag() {
    AuditEvent event = only("feature-archived");

    assertThat(event.change().kind()).isEqualTo(ChangeKind.ACTIVITY);
    assertThat(event.change().action()).isEqualTo("archive");
    assertThat(event.targets().get(0).resource())
        .isEqualTo(new Resource(Resource.FEATURE_FLAG, "new-pricing", null));
  }

  @Test
  void whoeverActedThroughATokenIsTheOneThatTheTokenIsNamedFor() {
    assertThat(only("feature-environment-disabled").actor())
        .extracting(Actor::id)
        .isEqualTo("admin-api-token: incident-bot");
  }

  @Test
  void anEventWithoutAFlagIsRefusedByThatField() {
    ObjectNode payload = Fixture.read("unleash/feature-environment-enabled.json");
    payload.remove("featureName");

    assertThatThrownBy(() -> mapper.map(payload, "eu"))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("body/featureName");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "feature-environment-enabled",
        "feature-strategy-add",
        "feature-strategy-update.50",
        "feature-archived"
      })
  void E11_aRedeliveryIsTheSameEventAndSurvivesTheWire(String file) {
    AuditEvent first = only(file);

    assertThat(only(file)).isEqualTo(first);
    assertThat(Fixture.overTheWire(List.of(first))).containsExactly(first);
  }

  private AuditEvent only(String file) {
    List<AuditEvent> events = mapper.map(Fixture.read("unleash/" + file + ".json"), "eu");
    assertThat(events).hasSize(1);
    return events.get(0);
  }
}
