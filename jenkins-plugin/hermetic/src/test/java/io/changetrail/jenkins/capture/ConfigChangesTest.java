// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.jenkins.shipping.ConfigSnapshots;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.model.redaction.RedactionKey;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigChangesTest {
  /** As Jenkins 2.479 writes a freestyle job that Git, a timer and a token belong to. */
  private static final String JOB =
      """
      <?xml version='1.1' encoding='UTF-8'?>
      <project>
        <actions/>
        <description>Deploys checkout</description>
        <keepDependencies>false</keepDependencies>
        <properties>
          <hudson.model.ParametersDefinitionProperty>
            <parameterDefinitions>
              <hudson.model.StringParameterDefinition>
                <name>REGION</name>
                <defaultValue>eu</defaultValue>
                <trim>true</trim>
              </hudson.model.StringParameterDefinition>
              <hudson.model.StringParameterDefinition>
                <name>REPLICAS</name>
                <defaultValue>3</defaultValue>
                <trim>true</trim>
              </hudson.model.StringParameterDefinition>
            </parameterDefinitions>
          </hudson.model.ParametersDefinitionProperty>
        </properties>
        <scm class="hudson.plugins.git.GitSCM" plugin="git@5.7.0">
          <configVersion>2</configVersion>
        </scm>
        <authToken>planted-trigger-token-31</authToken>
        <triggers>
          <hudson.triggers.TimerTrigger>
            <spec>H 4 * * *</spec>
          </hudson.triggers.TimerTrigger>
        </triggers>
        <builders>
          <hudson.tasks.Shell>
            <command>helm upgrade checkout ./chart --set db.password=planted-in-shell-99</command>
          </hudson.tasks.Shell>
        </builders>
        <publishers>
          <acme.Notifier>
            <apiKey>{AQAAABAAAAAwq0mI1YFdVhHpUuJcFCsXLJzHyN4cyA8Y0v1ZQ2m5r3k=}</apiKey>
          </acme.Notifier>
        </publishers>
      </project>
      """;

  private static final Instant NOW = Instant.parse("2026-01-14T01:40:00Z");
  private static final ConfigChanges.Thing THING =
      new ConfigChanges.Thing("jenkins.item", "payments/deploy-checkout");
  private static final Redactor REDACTOR =
      new Redactor(
          RedactionRules.defaults(),
          new RedactionKey("t", "0123456789abcdef".getBytes(StandardCharsets.UTF_8)));

  private static Optional<AuditEvent> changed(@Nullable String before, @Nullable String after)
      throws IOException {
    return ConfigChanges.changed(
        Runs.CONTROLLER,
        THING,
        before == null ? null : ConfigXml.parse(before),
        after == null ? null : ConfigXml.parse(after),
        new ConfigChanges.Doing("alice", "Alice Doe", NOW, null),
        REDACTOR);
  }

  @Test
  void C8_anEditedJobTellsWhoAndExactlyWhat() throws Exception {
    AuditEvent event =
        changed(JOB, JOB.replace("H 4 * * *", "H 2 * * *").replace(">3<", ">5<")).orElseThrow();

    assertThat(event.actor().id()).isEqualTo("alice");
    assertThat(event.targets().get(0).resource().name()).isEqualTo("payments/deploy-checkout");
    assertThat(event.targets().get(0).environment()).isEqualTo("jenkins");
    assertThat(event.change().action()).isEqualTo("update");
    assertThat(StructuralDiff.differences(event.change().state()))
        .extracting(each -> each.path().get(each.path().size() - 1))
        .containsExactly("defaultValue", "spec");
    assertThat(event.change().summary())
        .isEqualTo("payments/deploy-checkout: defaultValue 3 → 5, spec H 4 * * * → H 2 * * *");
  }

  @Test
  void C8_noSecretOfAConfigurationLeaves() throws Exception {
    String event = changed(null, JOB).orElseThrow().toString();
    assertThat(event)
        .doesNotContain("planted", "AQAAABAAAAA")
        .contains("hmac-sha256:t:", "helm upgrade checkout");
  }

  @Test
  void C8_aSecretThatWasOnlyEncryptedAnewIsNoChange() throws Exception {
    assertThat(
            changed(
                JOB,
                JOB.replace(
                    "AQAAABAAAAAwq0mI1YFdVhHpUuJcFCsXLJzHyN4cyA8Y0v1ZQ2m5r3k=",
                    "AQAAABAAAAAQ1rT0Zg9mJpXw6nYcT3kq0bVd2LsF8hWvUe5RxMz7Ai4=")))
        .isEmpty();
    assertThat(changed(JOB, JOB.replace("git@5.7.0", "git@5.8.0")))
        .as("nor is an update of a plugin")
        .isEmpty();
  }

  @Test
  void C8_anotherTokenIsSeenAsAChangeAndNotShown() throws Exception {
    AuditEvent event =
        changed(JOB, JOB.replace("planted-trigger-token-31", "planted-trigger-token-32"))
            .orElseThrow();
    assertThat(event.toString()).doesNotContain("planted");
    assertThat(event.change().summary()).endsWith("authToken changed (redacted)");
  }

  @Test
  void C8_creationAndDeletionAreTold() throws Exception {
    assertThat(changed(null, JOB).orElseThrow().change().action()).isEqualTo("create");
    assertThat(changed(JOB, null).orElseThrow().change().action()).isEqualTo("delete");
    assertThat(changed(null, null)).isEmpty();
    AuditEvent moved =
        ConfigChanges.moved(
            Runs.CONTROLLER,
            THING,
            "deploy-checkout",
            new ConfigChanges.Doing("alice", null, NOW, null));
    assertThat(moved.change().summary()).isEqualTo("payments/deploy-checkout: was deploy-checkout");
  }

  @Test
  void C8_ofCredentialsOnlyTheNamesAreTold() throws Exception {
    JsonNode tree =
        ConfigXml.parse(
            """
            <?xml version='1.1' encoding='UTF-8'?>
            <com.cloudbees.plugins.credentials.SystemCredentialsProvider plugin="credentials@1415">
              <domainCredentialsMap class="hudson.util.CopyOnWriteMap$Hash">
                <entry>
                  <com.cloudbees.plugins.credentials.domains.Domain>
                    <specifications/>
                  </com.cloudbees.plugins.credentials.domains.Domain>
                  <java.util.concurrent.CopyOnWriteArrayList>
                    <acme.UsernamePassword>
                      <scope>GLOBAL</scope>
                      <id>deploy-bot</id>
                      <description>Pushes images</description>
                      <username>planted-user</username>
                      <password>{AQAAABAAAAAwq0mI1YFdVhHpUuJcFCsXLJzHyN4cyA8Y0v1ZQ2m5r3k=}</password>
                    </acme.UsernamePassword>
                    <acme.Token>
                      <id>changetrail</id>
                      <secret>planted-secret</secret>
                    </acme.Token>
                  </java.util.concurrent.CopyOnWriteArrayList>
                </entry>
              </domainCredentialsMap>
            </com.cloudbees.plugins.credentials.SystemCredentialsProvider>
            """);
    assertThat(ConfigXml.credentialNames(tree).toString())
        .isEqualTo(
            "[{\"name\":\"deploy-bot\",\"type\":\"acme.UsernamePassword\","
                + "\"description\":\"Pushes images\"},"
                + "{\"name\":\"changetrail\",\"type\":\"acme.Token\"}]");
  }

  @Test
  void C8_whatIsFoundLaterHasAnIntervalAndNoFalseMomentOrActor() throws Exception {
    Instant seen = NOW.minusSeconds(86_400);
    AuditEvent event =
        ConfigChanges.changed(
                Runs.CONTROLLER,
                THING,
                ConfigXml.parse(JOB),
                ConfigXml.parse(JOB.replace(">eu<", ">us<")),
                new ConfigChanges.Doing(null, null, NOW, seen),
                REDACTOR)
            .orElseThrow();
    assertThat(event.actor()).isEqualTo(Actor.unknown());
    assertThat(event.change().observedLate().earliest()).isEqualTo(seen);
    assertThat(event.change().observedLate().latest()).isEqualTo(NOW);
  }

  @Test
  void aSnapshotIsWhatWasSeenLast(@TempDir Path folder) throws Exception {
    ConfigSnapshots snapshots = new ConfigSnapshots(folder);
    JsonNode first = ConfigXml.parse("<a><b>1</b></a>");
    JsonNode second = ConfigXml.parse("<a><b>2</b></a>");
    assertThat(snapshots.swap("x", first, NOW)).isEmpty();
    ConfigSnapshots again = new ConfigSnapshots(folder);
    assertThat(again.swap("x", second, NOW.plusSeconds(1)).orElseThrow().tree()).isEqualTo(first);
    assertThat(again.swap("y", second, NOW)).as("each has its own").isEmpty();
    assertThat(again.swap("x", null, NOW).orElseThrow().tree()).isEqualTo(second);
    assertThat(again.swap("x", first, NOW)).isEmpty();
  }

  @Test
  void noEntityIsResolvedAndNothingOfABrokenFileIsShown() {
    assertThatThrownBy(
            () ->
                ConfigXml.parse("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> ConfigXml.parse("<a><password>planted</a>"))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("planted");
  }

  @Property(tries = 200)
  void anyTextInAConfigurationIsTakenOrRefusedButNeverFailsOtherwise(@ForAll String text) {
    try {
      ConfigXml.parse("<a><b>" + text + "</b></a>");
    } catch (IOException expected) {
      assertThat(expected).hasMessage("not a configuration file in XML");
    }
  }
}
