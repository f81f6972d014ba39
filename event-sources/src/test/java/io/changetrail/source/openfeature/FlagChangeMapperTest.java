// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.openfeature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.source.Fixture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagChangeMapperTest {
  @ParameterizedTest
  @CsvSource({
    "flag.created, create, 'created, new 5 %, old 95 %', 5.0",
    "flag.rollout, update, 'new 5 %, old 95 % → new 50 %, old 50 %', 50.0",
    "flag.off, disable, 'new 50 %, old 50 % → off', 0.0",
    "flag.targeted, update, 'new 50 %, old 50 % → by conditions', "
  })
  void C7_aDefinitionTellsWhoGetsWhatBeforeAndAfter(
      String file, String action, String text, Double rollout) {
    AuditEvent event = map(file);

    assertThat(event.change().action()).isEqualTo(action);
    assertThat(event.change().summary()).isEqualTo("flag new-pricing in production: " + text);
    assertThat(event.change().rollout()).isEqualTo(rollout);
  }

  @Test
  void identityAndTimeAreThoseOfTheCloudEvent() {
    AuditEvent event = map("flag.rollout");

    assertThat(event.ref()).hasToString("/flagd/acme new-pricing@2");
    assertThat(event.time()).hasToString("2026-03-04T11:00:04Z");
    assertThat(event.actor().name()).isEqualTo("Priya Nair");
    assertThat(event.change().reason()).isEqualTo("Half of the users, as planned");
    assertThat(event.change().ticket()).isEqualTo("SHOP-90");
    assertThat(Fixture.overTheWire(List.of(event))).containsExactly(event);
  }

  @Test
  void ofVariantsWithoutAFalseOneTheFormerDefaultIsWhatOthersKeep() {
    ObjectNode payload = Fixture.read("openfeature/flag.rollout.json");
    for (String when : List.of("before", "after")) {
      Fixture.within(payload, "/data/" + when).putObject("variants").put("new", 2).put("old", 1);
    }

    assertThat(FlagChangeMapper.map(payload).change().rollout()).isEqualTo(50.0);
  }

  @Test
  void withoutAnyDefinitionItIsRefused() {
    ObjectNode payload = Fixture.read("openfeature/flag.rollout.json");
    Fixture.within(payload, "/data").remove(List.of("before", "after"));

    assertThatThrownBy(() -> FlagChangeMapper.map(payload))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("body/data/after");
  }

  private static AuditEvent map(String file) {
    return FlagChangeMapper.map(Fixture.read("openfeature/" + file + ".json"));
  }
}
