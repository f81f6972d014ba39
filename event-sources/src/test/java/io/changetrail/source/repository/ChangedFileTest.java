// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.source.Fixture;
import io.changetrail.source.github.GithubWebhookMapper;
import io.changetrail.source.repository.PathPattern.Place;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangedFileTest {
  private static final Place PROD = new Place("checkout", "prod");

  private final AuditEvent push =
      new GithubWebhookMapper().map("push", Fixture.read("github/push.main.json")).get(0);

  @ParameterizedTest
  @CsvSource({
    "config/**,config/a/b.yaml,true",
    "config/**,xconfig/a.yaml,false",
    "helm/**/values*.yaml,helm/values-prod.yaml,true",
    "helm/**/values*.yaml,helm/a/b/values.yaml,true",
    "helm/*/values.yaml,helm/a/b/values.yaml,false",
    "a?c.json,abc.json,true",
    "a.c,abc,false"
  })
  void aGlobMeansFiles(String glob, String path, boolean meant) {
    assertThat(PathPattern.of(glob).match(path).isPresent()).isEqualTo(meant);
  }

  @Test
  void aPathTellsServiceAndEnvironment() {
    assertThat(
            PathPattern.of("deploy/{service}/values-{environment}.yaml")
                .match("deploy/checkout/values-prod.yaml"))
        .contains(PROD);
    assertThatThrownBy(() -> PathPattern.of("{cluster}/x")).hasMessageContaining("{cluster}/x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "values.yaml|timeout: 3s|timeout: 30s",
        "values.json|{\"timeout\":\"3s\"}|{\"timeout\":\"30s\"}",
        "values.toml|timeout = '3s'|timeout = '30s'",
        "values.properties|timeout=3s|timeout=30s"
      })
  void aValueThatChangedInAFileIsAChangeOfConfiguration(String path, String before, String after) {
    AuditEvent event = new ChangedFile(path, before, after).config(push, PROD);

    assertThat(event.change().kind()).isEqualTo(ChangeKind.CONFIG);
    assertThat(event.change().state().patch().toString())
        .isEqualTo("[{\"op\":\"replace\",\"path\":\"/timeout\",\"value\":\"30s\"}]");
    assertThat(event.change().summary()).startsWith(path + ": ").contains("3s", "30s");
    assertThat(event.targets().get(0).environment()).isEqualTo("prod");
    assertThat(event.links().causedBy()).containsExactly(push.ref());
    assertThat(event.provenance()).isEqualTo(push.provenance());
    assertThat(Fixture.overTheWire(List.of(event))).containsExactly(event);
    assertThat(new ChangedFile(path, before, after).config(push, PROD).ref())
        .isEqualTo(event.ref());
  }

  @Test
  void aTemplateOrAnotherFormIsAChangeWithoutItsDifference() {
    AuditEvent event =
        new ChangedFile("values.yaml", "a: 1", "{{- if .x }}\n: : {").config(push, PROD);
    assertThat(event.change().state().isEmpty()).isTrue();
    assertThat(event.change().summary()).isEqualTo("values.yaml: changed");
    assertThat(new ChangedFile("a.bin", null, "x").config(push, PROD).change().action())
        .isEqualTo("create");
  }

  @Test
  void severalDocumentsAreAList() {
    AuditEvent event =
        new ChangedFile("all.yaml", "a: 1\n---\nb: 1\n", "a: 1\n---\nb: 2\n").config(push, PROD);
    assertThat(event.change().state().patch().toString()).contains("/1/b");
  }

  private List<AuditEvent> flags(String path, String before, String after) {
    List<AuditEvent> events = new ChangedFile(path, before, after).flags(push, PROD).orElseThrow();
    assertThat(Fixture.overTheWire(events)).isEqualTo(events);
    return events;
  }

  @Test
  void C7_aFlagOfFlagdThatIsGivenToMoreUsersInItsFile() {
    String file =
        "{\"flags\":{\"new-pricing\":{\"state\":\"ENABLED\",\"variants\":{\"new\":true,\"old\":false},"
            + "\"defaultVariant\":\"old\",\"targeting\":{\"fractional\":[[\"new\",%d],[\"old\",%d]]}},"
            + "\"other\":{\"state\":\"ENABLED\",\"variants\":{\"a\":1},\"defaultVariant\":\"a\"}}}";
    List<AuditEvent> events =
        flags("flags.json", String.format(file, 5, 95), String.format(file, 50, 50));

    assertThat(events).hasSize(1);
    AuditEvent event = events.get(0);
    assertThat(event.change().kind()).isEqualTo(ChangeKind.FEATURE_FLAG);
    assertThat(event.change().rollout()).isEqualTo(50);
    assertThat(event.targets().get(0).resource().name()).isEqualTo("new-pricing");
    assertThat(event.attributes().get("feature_flag.provider.name").asText()).isEqualTo("flagd");
    assertThat(event.change().summary()).contains("new 5 %", "→", "new 50 %");
  }

  @Test
  void C7_aFlagOfGoFeatureFlagAndOneInLaunchDarklysForm() {
    String go =
        """
        new-pricing:
          variations: {new: true, old: false}
          defaultRule: {percentage: {new: %d, old: %d}}
        """;
    AuditEvent event =
        flags("flags.yaml", String.format(go, 10, 90), String.format(go, 100, 0)).get(0);
    assertThat(event.change().rollout()).isEqualTo(100);
    assertThat(event.attributes().get("feature_flag.provider.name").asText())
        .isEqualTo("go-feature-flag");

    String launchdarkly =
        "{\"flags\":{\"new-pricing\":{\"on\":%s,\"variations\":[true,false],\"offVariation\":1,"
            + "\"fallthrough\":{\"variation\":0}}}}";
    AuditEvent turned =
        flags("ld.json", String.format(launchdarkly, "false"), String.format(launchdarkly, "true"))
            .get(0);
    assertThat(turned.change().action()).isEqualTo("enable");
    assertThat(turned.change().rollout()).isEqualTo(100);
  }

  @Test
  void flagsThatComeAndGoWithTheirFile() {
    String file =
        """
        a:
          variations: {on: true, off: false}
          defaultRule: {variation: on}
        """;
    assertThat(flags("flags.yaml", null, file).get(0).change().action()).isEqualTo("create");
    assertThat(flags("flags.yaml", file, null).get(0).change().action()).isEqualTo("delete");
    assertThat(new ChangedFile("flags.yaml", "a: 1", "a: 2").flags(push, PROD)).isEmpty();
  }
}
