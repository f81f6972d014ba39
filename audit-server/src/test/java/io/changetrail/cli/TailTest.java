// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import io.changetrail.server.RunningServer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watching events come in. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TailTest {
  @TempDir private Path data;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Release release = new Release(Instant.parse("2026-01-31T02:00:00Z"));

  private CompletableFuture<Integer> start(Terminal terminal, String... arguments) {
    return CompletableFuture.supplyAsync(() -> terminal.run(out, err, List.of(arguments)));
  }

  @Test
  void whatIsStoredAppearsAtOnceAndOnlyWhatMatches() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      Terminal terminal = Terminal.at(server.address());
      CompletableFuture<Integer> tail = start(terminal, "tail", "--environment=prod", "--limit=2");
      await().atMost(1, TimeUnit.MINUTES).until(() -> err.toString().contains("watching"));

      Release now = new Release(Instant.now().minusSeconds(1800));
      Terminal.at(server.address()).typing(now.lines()).run("emit", "--file=-").succeeded();

      assertThat(tail.get(2, TimeUnit.MINUTES)).isEqualTo(ExitCodes.OK);
      assertThat(out.toString().lines().toList())
          .satisfiesExactly(
              line -> assertThat(line).contains("checkout", "prod", "deploy success", "1.4.2"),
              line -> assertThat(line).contains("config", "Grace H.", "pool of checkout-config"));
    }
  }

  private static void stream(HttpExchange exchange, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
    exchange.close();
  }

  private String message(String seq) {
    return "id: " + seq + "\nevent: audit-event\ndata: " + Release.json(release.merge()) + "\n\n";
  }

  @Test
  void afterABreakItGoesOnBehindTheLastEventThatItSaw() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer()
            .then(exchange -> stream(exchange, "retry: 1000\nid: 41\n\n"))
            .then(exchange -> stream(exchange, message("42") + ": still here\n\nid: 50\n\n"))
            .thenProblem(503, "{\"title\":\"Busy\",\"detail\":\"too many streams\"}")
            .then(exchange -> stream(exchange, "id: 51\ndata: broken off in the middle"))
            .then(exchange -> stream(exchange, message("51")))) {

      int exitCode =
          start(Terminal.at(server.address()), "tail", "--json", "--limit=2")
              .get(2, TimeUnit.MINUTES);

      assertThat(exitCode).isEqualTo(ExitCodes.OK);
      assertThat(server.asked())
          .extracting(ScriptedServer.Asked::lastEventId)
          .containsExactly("null", "41", "50", "50", "50");
      assertThat(out.toString().lines()).hasSize(2);
      assertThat(err.toString())
          .contains("the server ended the stream; trying again in 1 s")
          .contains("too many streams")
          .contains("connected again");
    }
  }

  @Test
  void aServerThatWasNeverThereOrSaysNoEndsIt() throws Exception {
    int unreachable =
        start(new Terminal().with("CHANGETRAIL_SERVER", "http://127.0.0.1:1"), "tail").get();
    int refused;
    try (ScriptedServer server =
        new ScriptedServer().thenProblem(401, "{\"title\":\"No\",\"detail\":\"who are you\"}")) {
      refused = start(Terminal.at(server.address()), "tail").get();
    }

    assertThat(unreachable).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(refused).isEqualTo(ExitCodes.REFUSED);
    assertThat(err.toString()).contains("who are you").doesNotContain("trying again");
  }

  @Test
  void aLaterRunGoesOnWhereAnEarlierOneStopped() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer().then(exchange -> stream(exchange, message("8")))) {
      start(Terminal.at(server.address()), "tail", "--after=7", "--limit=1").get();

      assertThat(server.asked().remove().lastEventId()).isEqualTo("7");
    }
    assertThat(new Terminal().run("tail", "--after=x").err()).contains("--after");
  }

  @Test
  void pausesGrowAndStayBounded() {
    Backoff backoff = new Backoff();
    long longest = 0;
    for (int i = 0; i < 40; i++) {
      long bound = Math.min(30_000, 250L << Math.min(i, 20));
      long pause = backoff.next().toMillis();
      assertThat(pause).isBetween(bound / 2, bound);
      longest = Math.max(longest, pause);
    }
    backoff.reset();

    assertThat(longest).isGreaterThanOrEqualTo(15_000);
    assertThat(backoff.next().toMillis()).isLessThanOrEqualTo(250);
  }
}
