// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.config.Settings;
import io.changetrail.server.github.AskingObserver.Answer;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.View;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no delivery told is found, on a clock of the test's own. */
class ReconciliationTest {
  private static final String TENANT = "default";
  private static final Duration TURN = Reconciliation.PAUSE;
  private static final Instant BEGIN = Instant.parse("2026-03-03T16:00:00Z");
  private static final Instant RESET = BEGIN.plus(Duration.ofHours(1));
  private static final String BROKEN = "/repos/acme/monorepo/activity";

  @TempDir private Path data;
  private final MockWebServer github = new MockWebServer();

  /** By the beginning of what is asked; everything else is an empty list. */
  private final Map<String, String> bodies = new ConcurrentHashMap<>();

  private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** Hours after the beginning at which GitHub was asked what it fails at. */
  private final List<Long> askedAt = new CopyOnWriteArrayList<>();

  private volatile Instant now = BEGIN;
  private volatile int remaining = 4900;
  private int behind;
  private AuditStore store;
  private Reconciliation reconciliation;

  @BeforeEach
  void start() throws Exception {
    github.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            String target = request.getTarget();
            asked.add(target);
            if (target.startsWith(BROKEN)) {
              askedAt.add(Duration.between(BEGIN, now).toHours());
            }
            return new MockResponse.Builder()
                .addHeader("X-RateLimit-Limit", "5000")
                .addHeader("X-RateLimit-Remaining", Integer.toString(remaining))
                .addHeader("X-RateLimit-Reset", Long.toString(RESET.getEpochSecond()))
                .code(of(statuses, target, 200))
                .body(of(bodies, target, "[]"))
                .build();
          }
        });
    github.start();
    bodies.put("/app/installations?", "[{\"id\":77}]");
    bodies.put(
        "/app/installations/77/access_tokens",
        "{\"token\":\"ghs_installed\",\"expires_at\":\"2030-01-01T00:00:00Z\"}");
    for (String name : List.of("monorepo", "checkout")) {
      bodies.put("/repos/acme/" + name + "/installation", "{\"id\":77}");
      bodies.put("/repos/acme/" + name + "/actions/runs", "{\"workflow_runs\":[]}");
    }
    installedOn("monorepo", "checkout");
    URI uri = URI.create("embedded:" + Files.createDirectories(data.resolve("store")));
    store = AuditStoreProvider.forUri(uri).open(uri, Clock.systemUTC());
    Files.createDirectories(data.resolve("github"));
    reconciliation = reconciliation();
  }

  private static <T> T of(Map<String, T> byBeginning, String target, T otherwise) {
    return byBeginning.entrySet().stream()
        .filter(each -> target.startsWith(each.getKey()))
        .max(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .orElse(otherwise);
  }

  private Reconciliation reconciliation() throws Exception {
    Path pem = AppKeyFile.pkcs1(AppKeyFile.generated(), data);
    ServerConfig config =
        new Settings()
            .with("data", data.toString(), "test")
            .with("github.acme.api", "http://127.0.0.1:" + github.getPort(), "test")
            .with("github.acme.server", "https://github.com", "test")
            .with("github.acme.appId", "4242", "test")
            .with("github.acme.privateKey", "file:" + pem, "test")
            .config();
    GithubApi api = new GithubApi(config.githubs().get(0), () -> now);
    return new Reconciliation(
        "acme",
        api,
        GithubWorkerTest.into(store, config, () -> now),
        new AskingObserver() {
          @Override
          public void asked(String name, Answer answer) {}

          @Override
          public void behind(String name, int repositories) {
            behind = repositories;
          }
        },
        data.resolve("github"),
        () -> now);
  }

  @AfterEach
  void stop() {
    store.close();
    github.close();
  }

  private void installedOn(String... names) {
    bodies.put(
        "/installation/repositories",
        Arrays.stream(names)
            .map(
                name ->
                    "{\"id\":1,\"full_name\":\"acme/%s\",\"default_branch\":\"main\",\"html_url\":\"%s\"}"
                        .formatted(name, "https://github.com/acme/" + name))
            .collect(Collectors.joining(",", "{\"repositories\":[", "]}")));
  }

  private void released(String repository, int id, Instant at) {
    bodies.put(
        "/repos/acme/" + repository + "/releases",
        """
        [{"id":%d,"tag_name":"v%d","created_at":"%s","published_at":"%s","target_commitish":"main",
          "author":{"login":"mia-chen","id":1,"type":"User"}}]
        """
            .formatted(id, id, at, at));
  }

  private void pushed(String repository, Instant at) {
    bodies.put(
        "/repos/acme/" + repository + "/activity",
        """
        [{"before":"%s","after":"%s","ref":"refs/heads/main","timestamp":"%s",
          "activity_type":"push","actor":{"login":"mia-chen","id":1,"type":"User"}}]
        """
            .formatted("a".repeat(40), "b".repeat(40), at));
  }

  private List<String> found() {
    return store
        .search(Scope.of(TENANT), Query.all(), View.RAW, AuditStore.Order.OLDEST_FIRST, null, 100)
        .events()
        .stream()
        .map(
            stored ->
                stored.event().ref().source().replaceFirst(".*/", "")
                    + " "
                    + stored.event().change().action())
        .toList();
  }

  private void pass(int turns, Duration each) throws IOException, InterruptedException {
    for (int turn = 0; turn < turns; turn++) {
      now = now.plus(each);
      reconciliation.turn();
    }
  }

  private long asked(String beginning) {
    return asked.stream().filter(target -> target.startsWith(beginning)).count();
  }

  @Test
  void C3_aRepositoryThatGithubFailsAtForEverHoldsUpNoOther() throws Exception {
    statuses.put(BROKEN, 500);
    pass(1, TURN);
    released("checkout", 1, now);
    pass(3, TURN);
    released("checkout", 2, now);
    pass(3, TURN);

    assertThat(found()).containsExactly("checkout publish", "checkout publish");
    assertThat(behind).isEqualTo(1);
  }

  @Test
  void whatGithubDoesNotFailAtIsReadOfARepositoryAllTheSame() throws Exception {
    statuses.put(BROKEN, 500);
    released("monorepo", 1, now.minus(Duration.ofHours(1)));
    pass(3, TURN);

    assertThat(found()).containsExactly("monorepo publish");
  }

  @Test
  void aRepositoryThatGithubFailsAtIsAskedMoreAndMoreSeldom() throws Exception {
    statuses.put(BROKEN, 500);
    pass(30, Duration.ofHours(1));

    assertThat(askedAt).containsExactly(1L, 2L, 3L, 4L, 5L, 7L, 10L, 16L, 22L, 28L);
    assertThat(asked("/repos/acme/checkout/activity")).isEqualTo(30);
  }

  @Test
  void C3_whatHappenedWhileGithubFailedAtARepositoryIsFoundLaterAlsoAfterARestart()
      throws Exception {
    statuses.put(BROKEN, 500);
    Instant pushed = now;
    pass(6, Duration.ofHours(1));
    statuses.clear();
    pushed("monorepo", pushed);
    reconciliation = reconciliation();
    pass(1, TURN);

    assertThat(found()).containsExactly("monorepo push");
    assertThat(behind).isZero();
    String list = "/repos/acme/monorepo/actions/runs";
    asked.clear();
    pass(1, TURN);
    assertThat(asked.stream().filter(target -> target.startsWith(list)))
        .as("it is with the others again")
        .singleElement()
        .satisfies(target -> assertThat(target).contains("2026-03-02T21"));
  }

  @Test
  void anAnswerThatCannotBeReadHoldsUpNoOtherRepository() throws Exception {
    released("checkout", 1, now);
    bodies.put(
        "/repos/acme/monorepo/pulls", "[\"%s\"]".formatted("not what a pull request looks like"));
    pass(3, TURN);

    assertThat(found()).containsExactly("checkout publish");
  }

  @Test
  void whileGithubAnswersToNothingNoRepositoryIsBlamed() throws Exception {
    for (String all : List.of("/repos", "/rate_limit")) {
      statuses.put(all, 503);
    }
    assertThatThrownBy(() -> pass(1, TURN)).isInstanceOf(ApiException.class);
    released("checkout", 1, now.minus(Duration.ofHours(1)));
    released("monorepo", 2, now.minus(Duration.ofHours(1)));
    statuses.clear();
    pass(1, TURN);

    assertThat(found()).containsExactlyInAnyOrder("checkout publish", "monorepo publish");
    assertThat(behind).isZero();
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    Path file = Files.writeString(data.resolve("github").resolve("acme.behind"), "{\"acme/");

    assertThatThrownBy(() -> pass(1, TURN))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("delete it");
  }

  @Test
  void theLastFifthOfWhatMayBeAskedIsForWhatHappensNow() throws Exception {
    released("checkout", 1, BEGIN.minus(Duration.ofHours(1)));
    remaining = 999;
    pass(11, TURN);
    assertThat(asked("/repos/acme/checkout")).isZero();
    assertThat(asked("/app/installations?")).as("it stops at the first that says so").isEqualTo(1);

    remaining = 4900;
    pass(2, TURN);
    assertThat(found()).containsExactly("checkout publish");
  }
}
