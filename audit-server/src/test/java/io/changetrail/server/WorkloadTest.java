// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.config.InvalidConfigException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What jobs of GitHub Actions may send with the id-tokens that an issuer gives them. */
class WorkloadTest {
  private static final String REPOSITORY = "https://github.com/acme/checkout";
  private static final Map<String, Object> OF_CART =
      Map.of("repository", "acme/cart", "repository_id", "1002");

  private final Instant time = Instant.now().minusSeconds(60);

  @TempDir private Path data;
  private TokenIssuer issuer;
  private RunningServer server;
  private volatile Clock clock = Clock.systemUTC();

  @BeforeEach
  void start() throws Exception {
    issuer = TokenIssuer.start();
    server = server("usual");
  }

  private RunningServer server(String directory, String... more) throws Exception {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "oidc.acme.issuer", issuer.url(),
                "oidc.acme.server", "https://github.com",
                "oidc.acme.audience", TokenIssuer.AUDIENCE,
                "oidc.acme.owners", "4711",
                "oidc.acme.repositories", "1001,1002"));
    settings.addAll(List.of(more));
    InstantSource now = () -> clock.instant();
    int before = issuer.answered();
    RunningServer started =
        RunningServer.start(data.resolve(directory), now, settings.toArray(String[]::new));
    patiently().until(() -> issuer.answered() > before);
    patiently().until(() -> started.as(issuer.elliptic()).get("/v1/whoami").status() != 503);
    return started;
  }

  private static ConditionFactory patiently() {
    return await()
        .atMost(Duration.ofMinutes(1))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20));
  }

  @AfterEach
  void stop() {
    server.close();
    issuer.close();
  }

  private AuditEvent deployment(String source, String environment) {
    return Events.deployment("run-9001-1-deploy", time, "checkout", environment)
        .ref(new EventRef(source, "run-9001-1-deploy"))
        .actor(Actor.user("grace", Actor.Evidence.AUTHENTICATED))
        .build();
  }

  private Answer send(RunningServer to, Map<String, Object> claims) throws Exception {
    return to.as(issuer.token(claims)).emit(deployment(REPOSITORY, "production"));
  }

  private static void assertStored(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.json().path("accepted").asInt()).as(answer.text()).isEqualTo(1);
  }

  private static String assertRefused(Answer answer) {
    assertThat(answer.json().path("accepted").asInt()).as(answer.text()).isZero();
    return answer.json().at("/errors/0/detail").asText();
  }

  private static JsonNode ours(RunningServer server) throws Exception {
    return server.get("/v1/events").json().at("/events/0/data/customData/changetrail");
  }

  @Test
  void X2_aJobRecordsForItsOwnRepositoryWithItsIdToken() throws Exception {
    assertStored(send(server, Map.of()));
    JsonNode event = server.get("/v1/events").json().at("/events/0");
    assertThat(event.path("source").asText()).isEqualTo(REPOSITORY);
    assertThat(ours(server).at("/actor/evidence").asText()).isEqualTo("authenticated");
    assertThat(ours(server).toString()).doesNotContain("verified");
  }

  @Test
  void X2_aTokenOfOneRepositoryCannotRecordForAnother() throws Exception {
    RunningServer cart = server.as(issuer.token(OF_CART));
    assertThat(assertRefused(cart.emit(deployment(REPOSITORY, "production"))))
        .contains("job of acme/cart");
    assertThat(server.get("/v1/events").json().path("events")).isEmpty();
    assertStored(cart.emit(deployment("https://github.com/acme/cart", "production")));
  }

  @Test
  void X2_aTokenOfOneRepositoryCannotAddToAnEventOfAnother() throws Exception {
    assertStored(send(server, Map.of()));
    RunningServer cart = server.as(issuer.token(OF_CART));
    assertThat(assertRefused(cart.emit(amendment("https://github.com/acme/cart"))))
        .contains("only who may record an event may add to it");
    RunningServer otherRun = server.as(issuer.token(Map.of("run_id", "900")));
    assertThat(assertRefused(otherRun.emit(amendment(REPOSITORY)))).contains("another run");
    assertThat(server.get("/v1/events").text()).doesNotContain("nobody deployed this");
    assertStored(server.as(issuer.token(Map.of())).emit(amendment(REPOSITORY)));
  }

  private AuditEvent amendment(String source) {
    return AuditEvent.builder(
            new EventRef(source, "amendment"),
            time,
            Actor.user("grace", Actor.Evidence.DECLARED),
            Change.of(ChangeKind.DEPLOYMENT, Phase.OCCURRED, "deploy")
                .summary("nobody deployed this")
                .build())
        .amends(new EventRef(REPOSITORY, "run-9001-1-deploy"))
        .build();
  }

  @Test
  void X2_whoeverTakesOverAFreedNameIsAnotherRepository() throws Exception {
    assertThat(send(server, Map.of("repository_id", "9999")).status()).isEqualTo(403);
    assertThat(send(server, Map.of("repository_owner_id", "9999")).status()).isEqualTo(403);
    assertThat(server.get("/v1/events").json().path("events")).isEmpty();
  }

  @Test
  void X2_aTokenForAnotherPlaceOrTimeIsRefused() throws Exception {
    Instant now = Instant.now();
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of("aud", "https://elsewhere.example"),
            Map.of("iss", "https://token.actions.githubusercontent.com"),
            Map.of("iss", issuer.url() + "/"),
            Map.of("exp", now.minusSeconds(120)),
            Map.of("nbf", now.plusSeconds(120)),
            Map.of("exp", TokenIssuer.ABSENT),
            Map.of("nbf", TokenIssuer.ABSENT),
            Map.of("iat", TokenIssuer.ABSENT),
            Map.of("repository", TokenIssuer.ABSENT),
            Map.of("repository_id", TokenIssuer.ABSENT),
            Map.of("repository_owner_id", TokenIssuer.ABSENT))) {
      Answer answer = send(server, wrong);
      assertThat(answer.status()).as("%s: %s", wrong, answer.text()).isEqualTo(401);
    }
    assertThat(server.get("/v1/events").json().path("events")).isEmpty();
  }

  @Test
  void X2_onlySignaturesWithTheIssuersPublicKeysCount() throws Exception {
    for (String forged :
        List.of(issuer.unsigned(), issuer.signedByHmac(), issuer.signedByOther())) {
      assertThat(server.as(forged).emit(deployment(REPOSITORY, "production")).status())
          .isEqualTo(401);
    }
    assertStored(server.as(issuer.elliptic()).emit(deployment(REPOSITORY, "production")));
  }

  @Test
  void X2_anUnknownKeyHasTheKeysFetchedAgainButNotForEachToken() throws Exception {
    issuer.rotate();
    assertThat(send(server, Map.of()).status()).as("the keys are fresh").isEqualTo(401);
    assertThat(issuer.requests()).isEqualTo(1);

    // It stands still, so that the keys which are fetched then stay fresh however long this takes.
    clock = Clock.fixed(Instant.now().plusSeconds(31), ZoneOffset.UTC);
    Answer answer = send(server, Map.of());
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("2");
    patiently().untilAsserted(() -> assertStored(send(server, Map.of())));
    for (int i = 0; i < 50; i++) {
      assertThat(
              server.as(issuer.signedByOther()).emit(deployment(REPOSITORY, "production")).status())
          .isEqualTo(401);
    }
    assertThat(issuer.requests()).isEqualTo(2);
  }

  @Test
  void X2_anIssuerThatIsDownIsNoReasonToLoseAnEvent() throws Exception {
    issuer.fail(true);
    clock = Clock.offset(clock, Duration.ofDays(2));
    Answer answer = send(server, Map.of("exp", clock.instant().plusSeconds(300)));
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isNotEmpty();

    issuer.fail(false);
    patiently()
        .untilAsserted(
            () -> {
              clock = Clock.offset(clock, Duration.ofSeconds(5));
              assertStored(send(server, Map.of("exp", clock.instant().plusSeconds(300))));
            });
  }

  @Test
  void X2_anotherEnvironmentThanTheTokensIsStoredAsUnverifiedOrRefusedByPolicy() throws Exception {
    assertStored(send(server, Map.of("environment", "staging")));
    assertThat(ours(server).toString()).contains("\"deployment.environment.verified\":false");

    try (RunningServer strict = server("strict", "oidc.acme.otherEnvironments", "refuse")) {
      assertThat(assertRefused(send(strict, Map.of("environment", "staging"))))
          .contains("for 'staging'");
      assertThat(assertRefused(send(strict, Map.of("environment", TokenIssuer.ABSENT))))
          .contains("without environment");
      assertStored(send(strict, Map.of()));
    }
  }

  @Test
  void X2_anActorThatTheTokenDoesNotNameIsNotAuthenticated() throws Exception {
    assertStored(send(server, Map.of("actor", "mallory")));
    assertThat(ours(server).at("/actor/id").asText()).isEqualTo("grace");
    assertThat(ours(server).at("/actor/evidence").asText()).isEqualTo("declared");
  }

  @Test
  void X2_recordedStatesOfAnotherEnvironmentAreNeitherWrittenNorRead() throws Exception {
    RunningServer job = server.as(issuer.token(Map.of()));
    assertThat(job.put("/v1/resources", baseline("production", "pool")).status()).isEqualTo(200);
    Answer refused = job.put("/v1/resources", baseline("staging", "pool"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("field").asText()).isEqualTo("target.environment");

    RunningServer staging = server.as(issuer.token(Map.of("environment", "staging")));
    assertThat(staging.put("/v1/resources", baseline("staging", "other")).status()).isEqualTo(200);
    assertThat(names(staging)).containsExactly("other");
    assertThat(names(job)).containsExactly("pool");
  }

  private static List<String> names(RunningServer reader) throws Exception {
    return reader
        .get("/v1/resources", "source", REPOSITORY)
        .json()
        .path("resources")
        .findValuesAsText("name");
  }

  private String baseline(String environment, String name) {
    return "{\"source\":\""
        + REPOSITORY
        + "\",\"time\":\""
        + time
        + "\",\"target\":{\"service\":\"checkout\",\"environment\":\""
        + environment
        + "\",\"resource\":{\"kind\":\"Config\",\"name\":\""
        + name
        + "\"}},\"state\":{\"size\":9}}";
  }

  @ParameterizedTest
  @CsvSource({
    "refs,refs/heads/main,ref,refs/heads/feature",
    "environments,production,environment,staging",
    "workflows,acme/workflows/.github/workflows/deploy.yml@*,job_workflow_ref,acme/x/.github/workflows/a.yml@refs/heads/main"
  })
  void X2_refEnvironmentAndWorkflowCanBeBoundToo(
      String setting, String pattern, String claim, String wrong) throws Exception {
    try (RunningServer strict = server("strict", "oidc.acme." + setting, pattern)) {
      assertThat(send(strict, Map.of(claim, wrong)).status()).isEqualTo(403);
      assertThat(send(strict, Map.of(claim, TokenIssuer.ABSENT)).status()).isEqualTo(403);
      assertStored(send(strict, Map.of()));
    }
  }

  @Test
  void X2_aJobMaySendAndNothingElse() throws Exception {
    RunningServer job = server.as(issuer.token(Map.of()));
    assertThat(job.get("/v1/events").status()).isEqualTo(403);
    assertThat(job.get("/v1/backup").status()).isEqualTo(403);
    assertThat(job.put("/v1/topology/ci", "{}").status()).isEqualTo(403);
    assertThat(job.get("/v1/resources", "source", "/kubernetes/prod").status()).isEqualTo(400);
  }

  @Test
  void aSettingThatWouldBindNothingIsRefused() {
    for (String setting :
        List.of(
            "owners=acme",
            "owners=",
            "audience=",
            "issuer=http://issuer.example",
            "otherEnvironments=ask",
            "repository=1001")) {
      String[] parts = setting.split("=", 2);
      assertThatThrownBy(() -> server("refused", "oidc.acme." + parts[0], parts[1]).close())
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageContaining("oidc.acme." + parts[0]);
    }
  }
}
