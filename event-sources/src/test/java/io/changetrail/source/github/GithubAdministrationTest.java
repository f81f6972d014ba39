// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Phase;
import io.changetrail.source.Fixture;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is set up at GitHub itself. */
class GithubAdministrationTest {
  /** Made on 2026-03-03 at 14:30:00 UTC. */
  private static final String GUID = "75966400-170d-11f1-8000-000000000001";

  private final GithubWebhookMapper mapper = new GithubWebhookMapper();

  private AuditEvent only(String event, String file, String guid) {
    List<AuditEvent> events = mapper.map(event, Fixture.read("github/" + file + ".json"), guid);
    assertThat(events).hasSize(1);
    assertThat(Fixture.overTheWire(events)).isEqualTo(events);
    return events.get(0);
  }

  @Test
  void aRuleThatWasEditedTellsWhatItWas() {
    AuditEvent event = only("branch_protection_rule", "branch_protection_rule.edited", GUID);

    assertThat(event.change().kind()).isEqualTo(ChangeKind.CONFIG);
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-03T14:00:00Z"));
    assertThat(event.change().state().patch().toString())
        .isEqualTo(
            "[{\"op\":\"replace\",\"path\":\"/required_approving_review_count\",\"value\":0}]");
    assertThat(event.change().summary()).contains("branch protection rule main edited", "2");
    assertThat(event.targets().get(0).environment()).isEqualTo("github");
    assertThat(event.actor().id()).isEqualTo("ana-ruiz");
  }

  @Test
  void aRulesetWhoseRulesChangedDoesNotSayWhatTheyWere() {
    assertThat(
            only("repository_ruleset", "repository_ruleset.edited", GUID)
                .change()
                .state()
                .before()
                .path("enforcement")
                .asText())
        .isEqualTo("active");
    ObjectNode payload = Fixture.read("github/repository_ruleset.edited.json");
    Fixture.within(payload, "/changes").putObject("rules");

    AuditEvent event = mapper.map("repository_ruleset", payload).get(0);

    assertThat(event.change().state().before()).isNull();
    assertThat(event.change().state().after().path("enforcement").asText()).isEqualTo("disabled");
  }

  @Test
  void rightsThatArePassedOnAreChangesOfPermissionDatedByTheDelivery() {
    AuditEvent edited = only("member", "member.edited", GUID);
    assertThat(edited.change().kind()).isEqualTo(ChangeKind.PERMISSION);
    assertThat(edited.time()).isEqualTo(Instant.parse("2026-03-03T14:30:00Z"));
    assertThat(edited.change().state().before().path("permission").asText()).isEqualTo("write");
    assertThat(edited.change().state().after().path("permission").asText()).isEqualTo("admin");

    AuditEvent removed = only("organization", "organization.member_removed", GUID);
    assertThat(removed.ref().source()).isEqualTo("https://github.com/acme");
    assertThat(removed.change().action()).isEqualTo("revoke");
    assertThat(removed.change().summary()).isEqualTo("member ben-okafor member removed in acme");

    assertThat(only("team", "team.added_to_repository", GUID).change().summary())
        .isEqualTo("team payments added to repository acme/checkout");
    AuditEvent key = only("deploy_key", "deploy_key.created", GUID);
    assertThat(key.change().action()).isEqualTo("create");
    assertThat(key.ref().id()).as("a key is made once").isEqualTo("deploy_key-8801-created");
    assertThat(key.toString()).doesNotContain("ssh-ed25519");
    assertThat(only("repository", "repository.privatized", GUID).change().kind())
        .isEqualTo(ChangeKind.PERMISSION);
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.github.com/orgs/acme,https://github.com/acme",
    "https://api.acme.ghe.com/orgs/acme,https://acme.ghe.com/acme",
    "https://github.acme.example/api/v3/orgs/acme,https://github.acme.example/acme"
  })
  void whatIsOfAnOrganisationIsOfTheServerThatItsApiIsOn(String api, String source) {
    ObjectNode payload = Fixture.read("github/organization.member_removed.json");
    Fixture.within(payload, "/organization").put("url", api);
    // The page of an App is not named after its login.
    Fixture.within(payload, "/sender")
        .put("login", "provisioning[bot]")
        .put("html_url", "https://github.acme.example/apps/provisioning");

    AuditEvent event = mapper.map("organization", payload, GUID).get(0);

    assertThat(event.ref().source()).isEqualTo(source);
  }

  @ParameterizedTest
  @CsvSource({
    "branch_protection_rule,branch_protection_rule.edited,deleted",
    "repository_ruleset,repository_ruleset.edited,deleted",
    "repository,repository.privatized,deleted",
    "release,release.published,unpublished"
  })
  void whatIsNoMoreIsDatedByTheDeliveryAndKnownByWhatItWas(
      String event, String file, String action) {
    ObjectNode payload = Fixture.read("github/" + file + ".json").put("action", action);

    AuditEvent ended = mapper.map(event, payload, GUID).get(0);

    assertThat(ended.time()).isEqualTo(Instant.parse("2026-03-03T14:30:00Z"));
    AuditEvent fromHistory = mapper.map(event, payload).get(0);
    assertThat(fromHistory.ref()).isEqualTo(ended.ref());
    assertThat(fromHistory.time()).isNotEqualTo(ended.time());
    assertThat(GithubWebhookMapper.isDatedByDelivery(event, payload)).isTrue();
    assertThat(GithubWebhookMapper.isDatedByDelivery(event, payload.put("action", "edited")))
        .isFalse();
  }

  @Test
  void withoutAMomentAnywhereADeliveryIsRefused() {
    assertThatThrownBy(() -> only("organization", "organization.member_removed", "no-uuid"))
        .isInstanceOf(InvalidEventException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "75966400-170d-11f1-8000-000000000001,2026-03-03T14:30:00Z",
    "019cb41b-1640-7000-8000-000000000001,2026-03-03T14:30:00Z",
    "75966400-170d-41f1-8000-000000000001,2026-03-03T15:02:11Z"
  })
  void aDispatchIsDatedByItsDeliveryIfThatHasAMoment(String guid, Instant time) {
    AuditEvent event = only("repository_dispatch", "repository_dispatch.dispatched", guid);
    assertThat(event.time()).isEqualTo(time);
    AuditEvent other =
        only(
            "repository_dispatch",
            "repository_dispatch.dispatched",
            guid.replaceFirst("^..", "02"));
    assertThat(other.ref()).as("another occurrence").isNotEqualTo(event.ref());
    assertThat(event.change().kind()).isEqualTo(ChangeKind.ACTIVITY);
    assertThat(event.change().phase()).isEqualTo(Phase.OCCURRED);
    assertThat(event.toString()).doesNotContain("not-to-be-kept");
  }
}
