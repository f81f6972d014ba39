// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.launchdarkly;

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
import org.junit.jupiter.params.provider.ValueSource;

class LaunchDarklyMapperTest {
  private final LaunchDarklyMapper mapper = new LaunchDarklyMapper();

  @Test
  void C7_aRolloutCarriesKeyEnvironmentActorOldAndNewValueAndPercentage() {
    AuditEvent event = only("flag.rollout");

    assertThat(event.change().kind()).isEqualTo(ChangeKind.FEATURE_FLAG);
    assertThat(event.targets())
        .singleElement()
        .satisfies(
            target -> {
              assertThat(target.service()).isEqualTo("shop");
              assertThat(target.environment()).isEqualTo("production");
              assertThat(target.resource())
                  .isEqualTo(new Resource(Resource.FEATURE_FLAG, "new-pricing", null));
            });
    assertThat(event.actor().id()).isEqualTo("priya@acme.example");
    assertThat(event.actor().name()).isEqualTo("Priya Nair");
    assertThat(event.change().action()).isEqualTo("enable");
    assertThat(event.change().rollout()).isEqualTo(50.0);
    assertThat(event.change().summary())
        .isEqualTo("flag new-pricing in production: off → on (true 50 %, false 50 %)");
    assertThat(event.change().reason()).isEqualTo("Half of the users, as planned in SHOP-90");
    assertThat(event.change().state().beforeState().orElseThrow().get("on").asBoolean()).isFalse();
    assertThat(event.change().state().afterState().orElseThrow().get("on").asBoolean()).isTrue();
    assertThat(event.time()).isEqualTo(Instant.ofEpochMilli(1_772_589_660_314L));
    assertThat(event.attributes().get("feature_flag.set.id").asText()).isEqualTo("shop");
    assertThat(event.links().urls())
        .containsEntry("flag", "https://app.launchdarkly.com/shop/production/features/new-pricing");
  }

  @Test
  void theIdIsTheFlagsOwnVersionInThatEnvironment() {
    AuditEvent event = only("flag.rollout");

    assertThat(event.ref().source()).isEqualTo("/launchdarkly/acc-77");
    assertThat(event.ref().id()).isEqualTo("shop/production/new-pricing/1770000000000/12");
  }

  @Test
  void saltsCountersAndDatesAreNoPartOfTheState() {
    assertThat(only("flag.rollout").change().state().afterState().orElseThrow().fieldNames())
        .toIterable()
        .doesNotContain("salt", "sel", "lastModified", "version", "_site");
  }

  @Test
  void aFlagThatATokenTurnedOffWasDisabledByAService() {
    AuditEvent event = only("flag.off");

    assertThat(event.change().action()).isEqualTo("disable");
    assertThat(event.change().rollout()).isEqualTo(0.0);
    assertThat(event.actor().kind()).isEqualTo(Actor.Kind.SERVICE);
    assertThat(event.actor().name()).isEqualTo("incident bot");
    assertThat(event.change().reason()).isNull();
  }

  @Test
  void aMemberWhoUsedATokenActedThroughIt() {
    ObjectNode payload = Fixture.read("launchdarkly/flag.rollout.json");
    payload.putObject("token").put("_id", "t-1").put("name", "release script");

    assertThat(mapper.map(payload).get(0).actor().via()).isEqualTo("release script");
  }

  @Test
  void aNewNameOfAFlagChangesNoEnvironment() {
    assertThat(mapper.map(Fixture.read("launchdarkly/flag.renamed.json"))).isEmpty();
  }

  @Test
  void aNewFlagIsCreatedInEachEnvironment() {
    List<AuditEvent> events = mapper.map(Fixture.read("launchdarkly/flag.created.json"));

    assertThat(events)
        .extracting(event -> event.targets().get(0).environment())
        .containsExactly("production", "test");
    assertThat(events).extracting(event -> event.change().action()).containsOnly("create");
    assertThat(events).extracting(event -> event.ref().id()).doesNotHaveDuplicates();
  }

  @Test
  void aDeletedFlagKeepsItsLastState() {
    ObjectNode payload = Fixture.read("launchdarkly/flag.rollout.json");
    Fixture.within(payload, "/accesses/0").put("action", "deleteFlag");
    payload.remove("currentVersion");

    AuditEvent event = mapper.map(payload).get(0);

    assertThat(event.change().action()).isEqualTo("delete");
    assertThat(event.change().state().after()).isNull();
    assertThat(event.ref().id()).isEqualTo("shop/production/new-pricing/1770000000000/deleted");
  }

  @Test
  void withoutTheFlagsVersionsTheEntryStillTellsThatItChanged() {
    ObjectNode payload = Fixture.read("launchdarkly/flag.rollout.json");
    payload.remove("currentVersion");
    payload.remove("previousVersion");

    AuditEvent event = mapper.map(payload).get(0);

    assertThat(event.ref().id()).isEqualTo("shop/production/new-pricing/entry-65f0aa01");
    assertThat(event.change().summary()).isEqualTo("flag new-pricing in production: updated");
  }

  @Test
  void whatIsNoFlagIsPassedOver() {
    assertThat(mapper.map(Fixture.read("launchdarkly/flag.rollout.json").put("kind", "segment")))
        .isEmpty();
  }

  @Test
  void anEntryWithoutAnAccountIsRefusedByThatField() {
    ObjectNode payload = Fixture.read("launchdarkly/flag.rollout.json");
    payload.remove("_accountId");

    assertThatThrownBy(() -> mapper.map(payload))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("body/_accountId");
  }

  @ParameterizedTest
  @ValueSource(strings = {"flag.rollout", "flag.off", "flag.created"})
  void E11_aRedeliveryIsTheSameEventAndSurvivesTheWire(String file) {
    List<AuditEvent> first = mapper.map(Fixture.read("launchdarkly/" + file + ".json"));

    assertThat(mapper.map(Fixture.read("launchdarkly/" + file + ".json"))).isEqualTo(first);
    assertThat(Fixture.overTheWire(first)).isEqualTo(first);
  }

  private AuditEvent only(String file) {
    List<AuditEvent> events = mapper.map(Fixture.read("launchdarkly/" + file + ".json"));
    assertThat(events).hasSize(1);
    return events.get(0);
  }
}
