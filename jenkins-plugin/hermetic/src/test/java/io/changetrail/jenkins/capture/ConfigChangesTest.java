// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.changetrail.jenkins.shipping.Snapshots;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.model.redaction.RedactionKey;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

  private static final JsonMapper JSON = new JsonMapper();
  private static final Instant NOW = Instant.parse("2026-01-14T01:40:00Z");
  private static final ConfigChanges.Thing THING =
      new ConfigChanges.Thing("jenkins.item", "payments/deploy-checkout");
  private static final Redactor REDACTOR =
      new Redactor(
          RedactionRules.defaults(),
          new RedactionKey("t", "0123456789abcdef".getBytes(StandardCharsets.UTF_8)));

  private static List<AuditEvent> all(@Nullable String before, @Nullable String after)
      throws IOException {
    return ConfigChanges.changed(
        Runs.CONTROLLER,
        THING,
        before == null ? null : safe(before),
        after == null ? null : safe(after),
        new ConfigChanges.Doing("alice", "Alice Doe", NOW, null));
  }

  private static Optional<AuditEvent> changed(@Nullable String before, @Nullable String after)
      throws IOException {
    List<AuditEvent> events = all(before, after);
    assertThat(events).hasSizeLessThan(2);
    return events.stream().findFirst();
  }

  /** As it is kept and compared. */
  private static JsonNode safe(String xml) throws IOException {
    return REDACTOR.redact(ConfigXml.parse(xml)).tree();
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

  /** As {@code secret} of Jenkins does: the same for the same, however it is encrypted. */
  private static JsonNode credentials(String xml, String hashOfSecret) throws IOException {
    return ConfigXml.credentialNames(ConfigXml.parse(xml, encrypted -> hashOfSecret));
  }

  @Test
  void C8_anotherSecretOfACredentialIsARotationAndNeitherIsShown() throws Exception {
    String xml =
        """
        <provider>
          <acme.UsernamePassword>
            <id>deploy-bot</id>
            <username>planted-user</username>
            <password>{AQAAABAAAAAwq0mI1YFdVhHpUuJcFCsXLJzHyN4cyA8Y0v1ZQ2m5r3k=}</password>
          </acme.UsernamePassword>
        </provider>
        """;
    ConfigChanges.Thing thing =
        new ConfigChanges.Thing(ConfigChanges.CREDENTIALS, "credentials.xml");
    ConfigChanges.Doing doing = new ConfigChanges.Doing("alice", null, NOW, null);
    JsonNode before = credentials(xml, "hmac-sha256:t:" + "1".repeat(64));
    AuditEvent event =
        ConfigChanges.changed(
                Runs.CONTROLLER,
                thing,
                before,
                credentials(xml, "hmac-sha256:t:" + "2".repeat(64)),
                doing)
            .get(0);

    assertThat(event.change().kind()).isEqualTo(ChangeKind.SECRET_ROTATION);
    assertThat(event.change().action()).isEqualTo("rotate");
    assertThat(event.change().summary()).isEqualTo("credentials.xml: deploy-bot: another secret");
    assertThat(event.toString()).doesNotContain("AQAAABAAAAA", "planted-user");
    AuditEvent described =
        ConfigChanges.changed(
                Runs.CONTROLLER,
                thing,
                before,
                credentials(
                    xml.replace("<username>", "<description>CI</description><username>"),
                    "hmac-sha256:t:" + "1".repeat(64)),
                doing)
            .get(0);
    assertThat(described.change().kind()).isEqualTo(ChangeKind.CONFIG);
  }

  @Test
  void C8_credentialsInTheConfigurationOfAFolderAreNamedOnly() throws Exception {
    String folder =
        """
        <com.cloudbees.hudson.plugins.folder.Folder>
          <properties>
            <com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider_-FolderCredentialsProperty>
              <domainCredentialsMap>
                <entry>
                  <java.util.concurrent.CopyOnWriteArrayList>
                    <acme.UsernamePassword>
                      <id>team-bot</id>
                      <username>planted-user</username>
                      <password>{AQAAABAAAAAwq0mI1YFdVhHpUuJcFCsXLJzHyN4cyA8Y0v1ZQ2m5r3k=}</password>
                    </acme.UsernamePassword>
                  </java.util.concurrent.CopyOnWriteArrayList>
                </entry>
              </domainCredentialsMap>
            </com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider_-FolderCredentialsProperty>
          </properties>
        </com.cloudbees.hudson.plugins.folder.Folder>
        """;
    assertThat(changed(null, folder).orElseThrow().toString())
        .contains("team-bot")
        .doesNotContain("planted", "AQAAABAAAAA");
  }

  @Test
  void C8_whoMayDoWhatIsAnEventOfItsOwnBesideTheRest() throws Exception {
    String system =
        """
        <hudson>
          <numExecutors>2</numExecutors>
          <useSecurity>true</useSecurity>
          <authorizationStrategy class="hudson.security.GlobalMatrixAuthorizationStrategy">
            <permission>USER:hudson.model.Hudson.Administer:alice</permission>
            <permission>GROUP:hudson.model.Hudson.Read:authenticated</permission>
          </authorizationStrategy>
        </hudson>
        """;
    String granted =
        system.replace(
            "</authorizationStrategy>",
            "<permission>USER:hudson.model.Hudson.Administer:mallory</permission>"
                + "</authorizationStrategy>");
    assertThat(all(system, granted))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.change().kind()).isEqualTo(ChangeKind.PERMISSION);
              assertThat(event.actor().id()).isEqualTo("alice");
              assertThat(event.change().state().patch().toString()).contains("Administer:mallory");
            });
    assertThat(all(system, granted.replace(">2<", ">4<")))
        .extracting(event -> event.change().kind())
        .containsExactly(ChangeKind.CONFIG, ChangeKind.PERMISSION);
    assertThat(all(system, system.replace(">2<", ">4<")))
        .extracting(event -> event.change().kind())
        .containsExactly(ChangeKind.CONFIG);
  }

  @Test
  void C8_whoMayDoWhatInAJobIsTakenForItToo() throws Exception {
    String without = JOB;
    String with =
        JOB.replace(
            "<properties>",
            "<properties><hudson.security.AuthorizationMatrixProperty>"
                + "<permission>USER:hudson.model.Item.Build:bob</permission>"
                + "</hudson.security.AuthorizationMatrixProperty>");
    assertThat(all(without, with))
        .singleElement()
        .extracting(event -> event.change().kind())
        .isEqualTo(ChangeKind.PERMISSION);
    assertThat(all(with, with.replace("Build:bob", "Build:bob2")).get(0).change().summary())
        .contains("bob", "bob2");
  }

  @Test
  void C8_whoInstalledPluginsIsNamedOnlyIfItIsCertain() throws Exception {
    JsonNode before = JSON.readTree("{\"git\":\"5.7.0\",\"matrix-auth\":\"3.2.3\"}");
    JsonNode after = JSON.readTree("{\"git\":\"5.8.0\",\"matrix-auth\":\"3.2.3\",\"ssh\":\"1\"}");
    assertThat(PluginChanges.installer(before, after, Map.of("git", "alice", "ssh", "alice")))
        .isEqualTo("alice");
    assertThat(PluginChanges.installer(before, after, Map.of("git", "alice", "ssh", "bob")))
        .isNull();
    assertThat(PluginChanges.installer(before, after, Map.of("git", "alice"))).isNull();
    assertThat(PluginChanges.installer(before, before, Map.of("git", "alice"))).isNull();
  }

  @Test
  void C8_whatIsFoundLaterHasAnIntervalAndNoFalseMomentOrActor() throws Exception {
    Instant seen = NOW.minusSeconds(86_400);
    AuditEvent event =
        ConfigChanges.changed(
                Runs.CONTROLLER,
                THING,
                safe(JOB),
                safe(JOB.replace(">eu<", ">us<")),
                new ConfigChanges.Doing(null, null, NOW, seen))
            .get(0);
    assertThat(event.actor()).isEqualTo(Actor.unknown());
    assertThat(event.change().observedLate().earliest()).isEqualTo(seen);
    assertThat(event.change().observedLate().latest()).isEqualTo(NOW);
  }

  @Test
  void aSnapshotIsWhatWasSeenLast(@TempDir Path folder) throws Exception {
    Snapshots snapshots = new Snapshots(folder);
    JsonNode first = ConfigXml.parse("<a><b>1</b></a>");
    JsonNode second = ConfigXml.parse("<a><b>2</b></a>");
    assertThat(snapshots.swap("x", first, NOW)).isEmpty();
    Snapshots again = new Snapshots(folder);
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
