// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.source.Fixture;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GithubAuditLogMapperTest {
  private final GithubAuditLogMapper mapper = new GithubAuditLogMapper();
  private final ObjectNode entry = Fixture.read("github/audit_log.environment_secret.json");

  @Test
  void aSecretOfAnEnvironmentThatWasExchangedIsASecretRotationThere() {
    AuditEvent event = mapper.map(entry, "https://github.com").orElseThrow();

    assertThat(event.change().kind()).isEqualTo(ChangeKind.SECRET_ROTATION);
    assertThat(event.change().action()).isEqualTo("update");
    assertThat(event.ref().source()).isEqualTo("https://github.com/acme/checkout");
    assertThat(event.ref().id()).isEqualTo("audit_log-Vj3kQmVyc2lvbjE");
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-03T14:20:00.512Z"));
    assertThat(event.actor().id()).isEqualTo("ana-ruiz");
    assertThat(event.actor().evidence()).isEqualTo(Actor.Evidence.AUDIT_LOG);
    assertThat(event.targets().get(0).environment()).isEqualTo("production");
    assertThat(event.targets().get(0).resource().name()).isEqualTo("PAYMENT_API_KEY");
    assertThat(Fixture.overTheWire(List.of(event))).containsExactly(event);
  }

  @ParameterizedTest
  @CsvSource({
    "org.create_actions_variable,create,config",
    "repo.remove_actions_secret,delete,secret_rotation",
    "org.set_default_workflow_permissions,update,config",
    "environment.add_protection_rule,create,config",
    "workflows.disable_workflow,disable,config",
    "hook.destroy,delete,config",
    "integration_installation.repositories_added,update,config"
  })
  void secretsVariablesAndSettingsAreTold(String action, String verb, String kind) {
    entry.put("action", action);
    AuditEvent event = mapper.map(entry, "https://github.com").orElseThrow();
    assertThat(event.change().action()).isEqualTo(verb);
    assertThat(event.change().kind().name()).isEqualTo(kind);
  }

  @Test
  void whatIsOfTheOrganisationHoldsInNoEnvironmentOfItsOwn() {
    entry.remove(List.of("repo", "environment_name"));
    AuditEvent event =
        mapper.map(entry.put("action", "org.update_actions_secret"), "https://github.com").get();
    assertThat(event.ref().source()).isEqualTo("https://github.com/acme");
    assertThat(event.targets().get(0).environment()).isEqualTo("github");
  }

  @ParameterizedTest
  @ValueSource(strings = {"git.clone", "repo.access", "protected_branch.create", "team.add_member"})
  void whatAWebhookTellsOrNobodyChangedIsLeftOut(String action) {
    assertThat(mapper.map(entry.put("action", action), "https://github.com")).isEmpty();
  }
}
