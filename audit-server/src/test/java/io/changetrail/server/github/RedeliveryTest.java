// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.stream.Collectors;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failed deliveries of an App, look after look. GitHub lists them in pages of two here. */
class RedeliveryTest {
  private static final int PAGE = 2;

  private record Attempt(int id, String guid, Instant at, int status, boolean redelivery) {
    String json() {
      return String.format(
          "{\"id\":%d,\"guid\":\"%s\",\"delivered_at\":\"%s\",\"status_code\":%d,"
              + "\"redelivery\":%b}",
          id, guid, at, status, redelivery);
    }
  }

  @TempDir private Path data;
  private final MockWebServer github = new MockWebServer();
  private final List<Attempt> attempts = new CopyOnWriteArrayList<>();
  private final Set<Integer> gone = new CopyOnWriteArraySet<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private Instant now = Instant.parse("2026-03-03T16:00:00Z");
  private Redelivery redelivery;

  @BeforeEach
  void start() throws Exception {
    github.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            asked.add(request.getTarget());
            return "POST".equals(request.getMethod())
                ? repeat(request.getTarget())
                : page(request.getTarget());
          }
        });
    github.start();
    Path key = AppKeyFile.pkcs8(AppKeyFile.generated(), data);
    ServerConfig.Github settings =
        new Settings()
            .with("data", data.toString(), "test")
            .with("github.acme.api", "http://127.0.0.1:" + github.getPort(), "test")
            .with("github.acme.appId", "4242", "test")
            .with("github.acme.privateKey", "file:" + key, "test")
            .config()
            .githubs()
            .get(0);
    redelivery = new Redelivery(new GithubApi(settings, () -> now));
  }

  @AfterEach
  void stop() {
    github.close();
  }

  /** It fails once more. */
  private MockResponse repeat(String target) {
    int id = Integer.parseInt(target.replaceAll("\\D", ""));
    if (gone.contains(id)) {
      return new MockResponse.Builder().code(404).build();
    }
    String guid = attempts.stream().filter(one -> one.id() == id).findFirst().orElseThrow().guid();
    attempts.add(new Attempt(attempts.size() + 1, guid, now.plusSeconds(1), 502, true));
    return new MockResponse.Builder().code(202).body("{}").build();
  }

  private MockResponse page(String target) {
    int from = Integer.parseInt("0" + target.replaceFirst(".*per_page=100(&from=)?", ""));
    List<Attempt> newestFirst = new ArrayList<>(attempts);
    newestFirst.sort(Comparator.comparing(Attempt::at).thenComparing(Attempt::id).reversed());
    MockResponse.Builder answer =
        new MockResponse.Builder()
            .body(
                newestFirst.stream()
                    .skip(from)
                    .limit(PAGE)
                    .map(Attempt::json)
                    .collect(Collectors.joining(",", "[", "]")));
    if (from + PAGE < newestFirst.size()) {
      answer.addHeader(
          "Link",
          "<http://127.0.0.1:"
              + github.getPort()
              + "/app/hook/deliveries?per_page=100&from="
              + (from + PAGE)
              + ">; rel=\"next\"");
    }
    return answer.build();
  }

  private void delivered(String guid, Duration ago, int status) {
    attempts.add(new Attempt(attempts.size() + 1, guid, now.minus(ago), status, false));
  }

  private int lookAgain() throws Exception {
    now = now.plus(Duration.ofMinutes(5));
    asked.clear();
    return redelivery.run(now);
  }

  @Test
  void C3_onlyTheFirstLookGoesBackAllDays() throws Exception {
    for (int i = 0; i < 20; i++) {
      delivered("came-" + i, Duration.ofHours(60 - i), 200);
    }
    delivered("came-just-now", Duration.ofMinutes(1), 200);
    assertThat(redelivery.run(now)).isZero();
    assertThat(asked).hasSizeGreaterThan(10);

    assertThat(lookAgain()).isZero();
    assertThat(asked).hasSize(1);
  }

  @Test
  void C3_whatFailsAgainAndAgainIsAskedForFourTimesAcrossLooks() throws Exception {
    delivered("failed", Duration.ofHours(1), 502);
    int times = redelivery.run(now);
    for (int look = 0; look < 8; look++) {
      times += lookAgain();
    }
    assertThat(times).as("beside the delivery itself").isEqualTo(4);
  }

  @Test
  void C3_whatCameThroughMeanwhileIsNotAskedForAgain() throws Exception {
    delivered("late", Duration.ofHours(1), 0);
    assertThat(redelivery.run(now)).isEqualTo(1);
    attempts.add(new Attempt(99, "late", now.plusSeconds(10), 202, true));

    assertThat(lookAgain()).isZero();
  }

  @Test
  void C3_oneThatGithubNoLongerHasKeepsNoOtherFromBeingAskedFor() throws Exception {
    delivered("gone", Duration.ofHours(2), 502);
    delivered("failed", Duration.ofHours(1), 502);
    gone.add(1);

    assertThat(redelivery.run(now)).isEqualTo(1);
    assertThat(asked).contains("/app/hook/deliveries/2/attempts");
    assertThat(lookAgain()).isEqualTo(1);
    assertThat(asked).doesNotContain("/app/hook/deliveries/1/attempts");
  }
}
