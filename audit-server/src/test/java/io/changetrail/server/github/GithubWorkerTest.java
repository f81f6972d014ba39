// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.config.Settings;
import io.changetrail.server.github.AskingObserver.Answer;
import io.changetrail.server.ingest.Acceptance;
import io.changetrail.source.github.GithubWebhookMapper;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of GitHub when it fails for long, on a clock of the test's own. */
class GithubWorkerTest {
  private static final String TENANT = "default";
  private static final Instant RESET = Instant.parse("2026-03-03T16:30:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path data;
  private final MockWebServer github = new MockWebServer();
  private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private Instant now = Instant.parse("2026-03-03T16:00:00Z");
  private volatile int remaining = 4900;
  private AuditStore store;
  private GithubWorker worker;

  @BeforeEach
  void start() throws Exception {
    github.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            asked.add(request.getTarget());
            return new MockResponse.Builder()
                .addHeader("X-RateLimit-Limit", "5000")
                .addHeader("X-RateLimit-Remaining", Integer.toString(remaining))
                .addHeader("X-RateLimit-Reset", Long.toString(RESET.getEpochSecond()))
                .code(statuses.getOrDefault(request.getTarget(), statuses.getOrDefault("*", 200)))
                .body("[{\"filename\":\"src/A.java\"}]")
                .build();
          }
        });
    github.start();
    URI uri = URI.create("embedded:" + Files.createDirectories(data.resolve("store")));
    store = AuditStoreProvider.forUri(uri).open(uri, Clock.systemUTC());
    worker = worker();
    worker.open();
  }

  private GithubWorker worker() throws IOException {
    Path token = Files.writeString(data.resolve("token"), "ghp_of-these-tests");
    ServerConfig config =
        new Settings()
            .with("data", data.toString(), "test")
            .with("github.acme.api", "http://127.0.0.1:" + github.getPort(), "test")
            .with("github.acme.token", "file:" + token, "test")
            .config();
    ServerConfig.Github settings = config.githubs().get(0);
    return new GithubWorker(
        settings,
        new GithubApi(settings, () -> now),
        into(store, config, () -> now),
        (name, answer) -> answers.add(answer),
        data.resolve("github"),
        () -> now);
  }

  static GithubStore into(AuditStore store, ServerConfig config, InstantSource clock) {
    return new GithubStore(
        store,
        new Acceptance(config.times(), new Redactor(RedactionRules.defaults(), null)),
        (counts, lastSeq) -> {},
        clock,
        TENANT,
        "https://github.com");
  }

  @AfterEach
  void stop() {
    worker.close();
    store.close();
    github.close();
  }

  /** A merged pull request comes in. */
  private void merged(int number, boolean backfilled) throws IOException {
    try (InputStream in =
        getClass().getResourceAsStream("/payloads/github/pull_request.closed.merged.json")) {
      JsonNode payload = JSON.readTree(Objects.requireNonNull(in));
      ((com.fasterxml.jackson.databind.node.ObjectNode) payload.path("pull_request"))
          .put("number", number)
          .put("id", 1000 + number);
      AuditEvent merge = new GithubWebhookMapper().map("pull_request", payload).get(0);
      store.append(
          List.of(NewEvent.of(TENANT, backfilled ? GithubEnricher.backfilled(merge) : merge, now)));
    }
  }

  private static String files(int number) {
    return "/repos/acme/checkout/pulls/" + number + "/files?per_page=100";
  }

  private List<String> amended() {
    return store
        .search(
            Scope.of(TENANT), Query.all(), View.FOLDED, AuditStore.Order.OLDEST_FIRST, null, 100)
        .events()
        .stream()
        .map(StoredEvent::event)
        .filter(event -> event.attributes().containsKey("vcs.changed.paths"))
        .map(event -> Objects.requireNonNull(event.provenance().vcs()).pullRequest())
        .toList();
  }

  private void hoursPass(int hours) throws Exception {
    for (int minute = 0; minute < 60 * hours; minute += 10) {
      now = now.plus(Duration.ofMinutes(10));
      worker.follow();
    }
  }

  @Test
  void anOutageOfHoursLeavesNothingUnasked() throws Exception {
    statuses.put("*", 503);
    merged(1, false);
    merged(2, false);
    hoursPass(6);
    assertThat(amended()).isEmpty();
    assertThat(answers).containsOnly(Answer.WAITING);

    statuses.clear();
    hoursPass(1);
    assertThat(amended()).containsExactlyInAnyOrder("1", "2");
  }

  @Test
  void aQuestionThatGithubAloneFailsAtForEverIsGivenUp() throws Exception {
    statuses.put(files(1), 500);
    merged(1, false);
    merged(2, false);
    hoursPass(6);

    assertThat(amended()).containsExactly("2");
    assertThat(answers).contains(Answer.NOTHING, Answer.ADDED);
    assertThat(asked.stream().filter(files(1)::equals).count()).isLessThanOrEqualTo(11);
  }

  @Test
  void whatHappensNowDoesNotWaitForHistory() throws Exception {
    for (int number = 1; number <= 20; number++) {
      merged(number, true);
    }
    merged(21, false);
    worker.follow();

    assertThat(asked.get(0)).isEqualTo(files(21));
    assertThat(amended()).hasSize(21);
    assertThat(asked).hasSize(21);
  }

  @Test
  void theLastFifthOfWhatMayBeAskedIsForWhatHappensNow() throws Exception {
    remaining = 999;
    merged(1, true);
    merged(2, true);
    worker.follow();
    merged(3, false);
    worker.follow();
    assertThat(amended()).containsExactlyInAnyOrder("1", "3");

    now = RESET;
    worker.follow();
    assertThat(amended()).containsExactlyInAnyOrder("1", "2", "3");
  }

  @Test
  void aKilledServerGoesOnWhereItWas() throws Exception {
    merged(1, false);
    worker.follow();
    statuses.put(files(2), 503);
    merged(2, false);
    merged(3, true);
    worker.follow();
    asked.clear();
    statuses.clear();

    // Nothing of the first is closed or flushed: what it has kept is all that there is.
    GithubWorker second = worker();
    second.open();
    second.follow();

    assertThat(asked).containsExactly(files(2));
    assertThat(amended()).containsExactlyInAnyOrder("1", "2", "3");
    second.close();
  }

  @Test
  void aFileThatHoldsNoPlaceIsNamed() throws Exception {
    Path place = Files.writeString(data.resolve("github").resolve("acme.seq"), "");

    assertThatThrownBy(() -> worker().open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(place.toString())
        .hasMessageContaining("delete it");
  }
}
