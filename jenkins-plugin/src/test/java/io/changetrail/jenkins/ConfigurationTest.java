// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.util.FormValidation;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The plugin's settings: as a form, as code, and who may use them; and changes of others. */
@WithJenkins
class ConfigurationTest {

  private static void configureAsCode() throws Exception {
    ConfigurationAsCode.get()
        .configure(
            Objects.requireNonNull(ConfigurationTest.class.getResource("changetrail.yaml"))
                .toString());
  }

  private static void assertConfigured() {
    ChangetrailConfiguration configuration = ChangetrailConfiguration.get();
    assertThat(configuration.getServerUrl()).isEqualTo("https://changetrail.example.com:8321");
    assertThat(configuration.getCredentialsId()).isEqualTo("changetrail-token");
    assertThat(configuration.getIncludedJobs()).isEqualTo("payments, shop");
    assertThat(configuration.getExcludedJobs()).isEqualTo("payments/sandbox");
    assertThat(configuration.isWithoutConfigurationChanges()).isTrue();
    assertThat(configuration.getRules())
        .singleElement()
        .satisfies(
            rule -> {
              assertThat(rule.getJobs()).isEqualTo("payments");
              assertThat(rule.getStages()).isEqualTo("Ship *");
              assertThat(rule.getEnvironment()).isEqualTo("prod");
              assertThat(rule.getService()).isEqualTo("checkout");
            });
  }

  @Test
  void O2_itIsConfiguredAsCodeAndWrittenAsCodeAgain(JenkinsRule jenkins) throws Exception {
    configureAsCode();
    assertConfigured();
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    ConfigurationAsCode.get().export(written);
    assertThat(written.toString(StandardCharsets.UTF_8))
        .contains("changetrail:", "serverUrl: \"https://changetrail.example.com:8321\"", "Ship *");
  }

  @Test
  void O2_theFormChangesNothingByItself(JenkinsRule jenkins) throws Exception {
    configureAsCode();
    jenkins.configRoundtrip();
    assertConfigured();
  }

  @Test
  void onlyAdministratorsMayAskTheServerOrReadTheHistory(JenkinsRule jenkins) throws Exception {
    jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
    jenkins.jenkins.setAuthorizationStrategy(
        new MockAuthorizationStrategy()
            .grant(Jenkins.ADMINISTER)
            .everywhere()
            .to("admin")
            .grant(Jenkins.READ, Item.READ)
            .everywhere()
            .to("bob"));
    String[] urls = {
      "descriptorByName/io.changetrail.jenkins.ChangetrailConfiguration/testConnection",
      "descriptorByName/io.changetrail.jenkins.ChangetrailConfiguration/backfill"
    };
    try (JenkinsRule.WebClient browser = jenkins.createWebClient()) {
      browser.setThrowExceptionOnFailingStatusCode(false);
      for (String url : urls) {
        WebRequest post =
            browser.addCrumb(new WebRequest(browser.createCrumbedUrl(url), HttpMethod.POST));
        browser.login("bob");
        assertThat(browser.getPage(post).getWebResponse().getStatusCode()).isEqualTo(403);
        browser.login("admin");
        assertThat(browser.getPage(post).getWebResponse().getStatusCode()).isEqualTo(200);
        assertThat(browser.goTo(url, null).getWebResponse().getStatusCode())
            .as("a link alone does nothing")
            .isEqualTo(405);
      }
    }
  }

  @Test
  void aMalformedUrlOrAnUnknownCredentialIsSaidAtOnce(JenkinsRule jenkins) {
    ChangetrailConfiguration configuration = ChangetrailConfiguration.get();
    assertThat(configuration.doCheckServerUrl("changetrail.example.com").kind)
        .isEqualTo(FormValidation.Kind.ERROR);
    assertThat(configuration.doTestConnection("http://127.0.0.1:9", "nowhere").getMessage())
        .contains("there is no secret text with the id");
  }

  @Test
  void C8_aChangedJobIsToldWithWhoAndWhat(JenkinsRule jenkins) throws Exception {
    jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
    try (AuditServer server = new AuditServer()) {
      FreeStyleProject old = jenkins.createFreeStyleProject("old");
      ChangetrailConfiguration.get().setServerUrl(server.url());
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  new java.io.File(jenkins.jenkins.getRootDir(), "changetrail/config")
                      .isDirectory());
      User alice = User.getById("alice", true);
      try (ACLContext as = ACL.as2(alice.impersonate2())) {
        FreeStyleProject job = jenkins.createFreeStyleProject("payments");
        job.setDescription("ships checkout");
        job.renameTo("checkout");
        job.delete();
        old.setDescription("changed");
      }
      List<AuditEvent> events =
          server.await(
              5,
              event ->
                  event.change().kind().equals(ChangeKind.CONFIG)
                      && event.targets().get(0).resource().kind().equals("jenkins.item"));
      assertThat(events).allMatch(event -> event.actor().id().equals("alice"));
      assertThat(events)
          .extracting(event -> event.change().action())
          .contains("create", "update", "rename", "delete");
      assertThat(events)
          .filteredOn(event -> event.targets().get(0).resource().name().equals("old"))
          .allSatisfy(
              event -> assertThat(event.change().action()).as("no creation").isEqualTo("update"));
    }
  }
}
