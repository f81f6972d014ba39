// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watching events come in. */
@Timeout(120)
class StreamTest {
  @TempDir private Path data;
  private RunningServer server;
  private final Instant now = Instant.now();

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private record Message(String id, String data) {}

  private static final class Subscription implements AutoCloseable {
    private final BufferedReader reader;

    Subscription(java.io.InputStream body) throws IOException {
      reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
      // The first block tells that the server is listening; what comes later is not missed.
      while (!reader.readLine().isEmpty()) {}
    }

    Message next() throws IOException {
      String id = "";
      String data = "";
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        } else if (line.isEmpty() && !data.isEmpty()) {
          return new Message(id, data);
        }
      }
      throw new IOException("the stream ended");
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  private Subscription subscribe(String path, String after) throws Exception {
    return new Subscription(server.stream(path, after).body());
  }

  @Test
  void Q5_anAcceptedEventReachesAReaderAndASubscriberAndAReconnectMissesNone() throws Exception {
    List<String> seen = new ArrayList<>();
    String last;
    try (Subscription stream = subscribe("/v1/stream", null)) {
      server.store(Events.deployment("e-1", now, "checkout", "prod").build());
      Message message = stream.next();
      assertThat(message.data()).contains("\"id\":\"e-1\"");
      assertThat(server.get("/v1/events").text()).contains("\"id\":\"e-1\"");
      last = message.id();
    }
    for (int i = 2; i <= 700; i++) {
      if (i % 100 == 0) {
        int from = i - 99;
        server.emit(
            java.util.stream.IntStream.rangeClosed(Math.max(2, from), i)
                .mapToObj(
                    n ->
                        Events.deployment("e-" + n, now.minusSeconds(n), "checkout", "prod")
                            .build())
                .toArray(io.changetrail.model.AuditEvent[]::new));
      }
    }
    try (Subscription stream = subscribe("/v1/stream", last)) {
      for (int i = 2; i <= 700; i++) {
        seen.add(Events.json(stream.next().data()).path("id").asText());
      }
    }
    assertThat(seen).hasSize(699).doesNotHaveDuplicates().doesNotContain("e-1").contains("e-700");
  }

  @Test
  void whoComesBackWithAPlaceThatARestoredStoreHasNotReachedSeesWhatComesFromThenOn()
      throws Exception {
    server.store(Events.deployment("before", now, "checkout", "prod").build());
    try (Subscription stream = subscribe("/v1/stream", "4711")) {
      server.store(Events.deployment("after", now, "checkout", "prod").build());

      assertThat(stream.next().data()).contains("\"id\":\"after\"");
    }
  }

  @Test
  void aFilteredSubscriberSeesWhatItAskedForOnly() throws Exception {
    try (Subscription stream = subscribe("/v1/stream?service=cart", null)) {
      server.store(
          Events.deployment("no", now, "checkout", "prod").build(),
          Events.deployment("yes", now, "cart", "prod").build());
      assertThat(stream.next().data()).contains("\"id\":\"yes\"");
    }
  }

  @Test
  void aStreamEndsWithItsCredential() throws Exception {
    TokenFile tokens = new TokenFile(data.resolve(TokenFile.NAME));
    TokenFile.Created reader =
        tokens.create(
            new TokenFile.Grant(
                "reader",
                "default",
                null,
                new Token.Ingest(List.of("*")),
                new Token.Read(null, null, null),
                false),
            now);
    RunningServer theirs = server.as(reader.secret());
    try (Subscription stream = new Subscription(theirs.stream("/v1/stream", null).body())) {
      theirs.store(Events.deployment("seen", now, "checkout", "prod").build());
      assertThat(stream.next().data()).contains("\"id\":\"seen\"");

      tokens.revoke(reader.token().id());

      assertThatThrownBy(stream::next).hasMessage("the stream ended");
    }
    assertThat(theirs.get("/v1/stream").status()).isEqualTo(401);
  }

  @Test
  void aWrongPlaceToResumeIsExplained() throws Exception {
    assertThat(server.get("/v1/stream", "after", "the-beginning").status()).isEqualTo(400);
  }
}
