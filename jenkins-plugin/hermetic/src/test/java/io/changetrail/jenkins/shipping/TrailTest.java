// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.sun.net.httpserver.HttpServer;
import io.changetrail.jenkins.capture.Ending;
import io.changetrail.jenkins.capture.Parameter;
import io.changetrail.jenkins.capture.RunEvents;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.jenkins.capture.Runs;
import io.changetrail.jenkins.capture.Trigger;
import io.changetrail.model.AuditEvent;
import io.changetrail.shipper.Credentials;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a controller to an audit server that is a process of its own. */
class TrailTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path home;
  @TempDir private Path data;

  private static RunFacts run(int number) {
    return Runs.run(Runs.CONTROLLER, "payments/checkout/main", number, Trigger.user("al", null));
  }

  private Trail trail(URI server) {
    Trail trail = new Trail(home, Runs.CONTROLLER.instanceId());
    trail.shipTo(server, Credentials.none());
    return trail;
  }

  @Test
  void T1_nothingThatWasCapturedIsLostWhenTheControllerIsKilled() throws Exception {
    try (ServerProcess server = new ServerProcess(data).start()) {
      List<String> captured = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        // The server is away in the second round: what was captured then is only in the spool.
        if (round == 1) {
          server.kill();
        } else if (round == 2) {
          server.start();
        }
        captured.addAll(killedAfter(server.address(), 1 + 100_000 * round, 60));
      }
      Process last =
          ServerProcess.java(
                  ControllerProcess.class.getName(),
                  home.toString(),
                  server.address().toString(),
                  "900000",
                  "1")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      assertThat(last.waitFor()).as("the spool is drained").isZero();

      List<String> stored = server.ids();
      assertThat(captured.size()).isGreaterThanOrEqualTo(180);
      assertThat(stored).as("nothing lost").containsAll(captured);
      assertThat(stored).as("nothing twice").doesNotHaveDuplicates();
      JsonNode source = server.json("/v1/sources").path("sources").get(0);
      assertThat(source.path("source").asText()).isEqualTo(Runs.CONTROLLER.source());
      assertThat(source.path("continuity").asText()).as("T4: %s", source).isEqualTo("complete");
      assertThat(source.path("missing").asInt()).isZero();
    }
  }

  /** The ids that a controller printed before it was killed. */
  private List<String> killedAfter(URI server, int first, int events) throws Exception {
    Process controller =
        ServerProcess.java(
                ControllerProcess.class.getName(),
                home.toString(),
                server.toString(),
                Integer.toString(first),
                "100000")
            .start();
    List<String> captured = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(controller.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        captured.add(line);
        if (captured.size() == events) {
          controller.destroyForcibly();
        }
      }
    } catch (IOException killed) {
      assertThat(captured).hasSizeGreaterThanOrEqualTo(events);
    } finally {
      controller.destroyForcibly().waitFor();
    }
    return captured;
  }

  @Test
  void T4_aNewSpoolIsToldByTheServerAndNoFalseNoGap() throws Exception {
    try (ServerProcess server = new ServerProcess(data).start()) {
      try (Trail trail = trail(server.address())) {
        trail.record(() -> RunEvents.started(run(1)));
        assertThat(trail.flush(PATIENCE)).isTrue();
      }
      try (Trail trail = new Trail(home.resolve("anew"), Runs.CONTROLLER.instanceId())) {
        trail.shipTo(server.address(), Credentials.none());
        trail.record(() -> RunEvents.started(run(2)));
        assertThat(trail.flush(PATIENCE)).isTrue();
      }
      JsonNode source = server.json("/v1/sources").path("sources").get(0);
      assertThat(source.path("continuity").asText()).as("%s", source).isEqualTo("unknown");
    }
  }

  @Test
  void T2_aServerThatIsDownOrHangsHoldsNoBuildUp() throws Exception {
    // It accepts connections, by its backlog, and never answers.
    try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Trail trail = trail(URI.create("http://127.0.0.1:" + hanging.getLocalPort()))) {
      CompletableFuture<Void> handedOver =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 500; i++) {
                  RunFacts run = run(i);
                  trail.record(() -> RunEvents.started(run));
                }
              });
      try (Socket request = hanging.accept()) {
        assertThat(request.isConnected()).as("a request hangs there").isTrue();
        // One read timeout of the sender is longer than this: the hand-over did not wait for it.
        handedOver.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(trail.status().waiting()).isEqualTo(500);
        assertThat(trail.status().lost()).isZero();
      }
    }
    URI nowhere;
    try (ServerSocket free = new ServerSocket(0)) {
      nowhere = URI.create("http://127.0.0.1:" + free.getLocalPort());
    }
    try (Trail trail = trail(nowhere)) {
      trail.record(() -> RunEvents.started(run(500)));
      await().atMost(PATIENCE).until(() -> trail.status().trouble() != null);
      assertThat(trail.status().waiting()).isEqualTo(501);
    }
  }

  @Test
  void T2_aSpoolThatCannotBeOpenedFailsOpenAndSaysSo() throws Exception {
    Files.writeString(home.resolve("spool"), "a file where the folder should be");
    try (ServerProcess server = new ServerProcess(data).start();
        Trail trail = trail(server.address())) {
      trail.record(() -> RunEvents.started(run(1)));
      assertThat(trail.status().trouble()).contains("cannot be opened");
      assertThat(trail.status().needsAttention()).isTrue();

      Files.delete(home.resolve("spool"));
      trail.retry();
      assertThat(trail.flush(PATIENCE)).as("what waited in memory is sent").isTrue();
      assertThat(server.ids()).containsExactly(RunEvents.started(run(1)).ref().id());
      assertThat(trail.status().needsAttention()).isFalse();
    }
  }

  @Test
  void T1_aSpoolThatCouldNotBeOpenedIsTriedAgainByItself() throws Exception {
    Files.writeString(home.resolve("spool"), "a disk that was full at the start");
    try (Trail trail = new Trail(home, Runs.CONTROLLER.instanceId(), Duration.ofMillis(20))) {
      trail.shipTo(URI.create("http://127.0.0.1:9"), Credentials.none());
      trail.record(() -> RunEvents.started(run(1)));
      assertThat(trail.status().spooled()).isFalse();

      Files.delete(home.resolve("spool"));
      await().atMost(PATIENCE).until(() -> trail.status().spooled());
      assertThat(trail.status().waiting()).as("what was in memory is on disk").isEqualTo(1);
      assertThat(trail.status().lost()).isZero();
    }
  }

  @Test
  void T4_whatIsLetGoWhenTheTrailStopsIsCounted() throws Exception {
    Files.writeString(home.resolve("spool"), "a file where the folder should be");
    try (Trail trail = trail(URI.create("http://127.0.0.1:9"))) {
      trail.record(() -> RunEvents.started(run(1)));
      trail.record(() -> RunEvents.started(run(2)));
      trail.stop();
      trail.shipTo(URI.create("http://127.0.0.1:9"), Credentials.none());
      assertThat(trail.status().lost()).isEqualTo(2);
      assertThat(trail.status().needsAttention()).isTrue();
    }
  }

  @Test
  void T2_aCaptureThatFailsLosesNothingButItselfAndIsCounted() {
    try (Trail trail = trail(URI.create("http://127.0.0.1:9"))) {
      trail.record(
          () -> {
            throw new IllegalStateException("a plugin's cause that throws");
          });
      trail.record(
          () -> {
            throw new NoClassDefFoundError("a plugin that is gone");
          });
      trail.record(() -> RunEvents.started(run(1)));
      assertThat(trail.status().lost()).isEqualTo(2);
      assertThat(trail.status().waiting()).isEqualTo(1);
      assertThat(trail.status().needsAttention()).isTrue();
    }
  }

  @Test
  void withoutAServerNothingIsCaptured() {
    try (Trail trail = new Trail(home, "c")) {
      trail.record(
          () -> {
            throw new AssertionError("not asked");
          });
      assertThat(trail.isCapturing()).isFalse();
      assertThat(trail.status().needsAttention()).isFalse();
      assertThat(home).isEmptyDirectory();
    }
  }

  @Test
  void T1_whatWaitedForOneServerGoesToTheOneThatTakesItsPlace() throws Exception {
    try (ServerProcess server = new ServerProcess(data).start();
        Trail trail = trail(URI.create("http://127.0.0.1:9"))) {
      trail.record(() -> RunEvents.started(run(1)));
      trail.shipTo(server.address(), Credentials.none());
      trail.record(() -> RunEvents.started(run(2)));
      assertThat(trail.flush(PATIENCE)).isTrue();
      assertThat(server.ids())
          .containsExactlyInAnyOrder(
              RunEvents.started(run(1)).ref().id(), RunEvents.started(run(2)).ref().id());
    }
  }

  /** A text that whoever looks at it has to wait for. */
  private static final class SlowText extends TextNode {
    private static final long serialVersionUID = 1L;
    private final transient CountDownLatch looked = new CountDownLatch(1);
    private final transient CountDownLatch goOn = new CountDownLatch(1);

    SlowText() {
      super("slow");
    }

    @Override
    public String textValue() {
      looked.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return super.textValue();
    }
  }

  @Test
  void T1_whatIsOnItsWayIntoTheSpoolWhenAnotherServerIsNamedIsKept() throws Exception {
    URI nowhere = URI.create("http://127.0.0.1:9");
    SlowText slow = new SlowText();
    AuditEvent event = RunEvents.started(run(1)).toBuilder().attribute("slow", slow).build();
    try (Trail trail = trail(nowhere)) {
      Thread build = new Thread(() -> trail.record(() -> event));
      build.start();
      slow.looked.await();
      Thread naming = new Thread(() -> trail.shipTo(nowhere, Credentials.none()));
      naming.start();
      await()
          .atMost(PATIENCE)
          .until(() -> !naming.isAlive() || naming.getState() == Thread.State.WAITING);
      slow.goOn.countDown();
      build.join();
      naming.join();

      assertThat(trail.status().waiting()).isEqualTo(1);
      assertThat(trail.status().lost()).isZero();
    }
  }

  @Test
  void refusedEventsAreKeptWithTheReasonUntilARetry() throws Exception {
    try (MockWebServer refusing = new MockWebServer();
        ServerProcess server = new ServerProcess(data).start()) {
      refusing.enqueue(
          new MockResponse.Builder()
              .code(422)
              .setHeader("Content-Type", "application/problem+json")
              .body("{\"status\":422,\"detail\":\"no such kind\"}")
              .build());
      refusing.start();
      try (Trail trail = trail(refusing.url("/").uri().resolve("."))) {
        trail.record(() -> RunEvents.started(run(1)));
        await().atMost(PATIENCE).until(() -> trail.status().refused() == 1);
        assertThat(trail.status().needsAttention()).isTrue();

        trail.shipTo(server.address(), Credentials.none());
        trail.retry();
        await().atMost(PATIENCE).until(() -> trail.status().refused() == 0);
        assertThat(server.ids()).hasSize(1);
      }
    }
  }

  @Test
  void T1_aJenkinsThatStartsAgainInTheSameProcessHasTheSpoolAndWhatCameWhileItWentDown()
      throws Exception {
    try (ServerProcess server = new ServerProcess(data)) {
      Trail before = trail(server.address());
      before.record(() -> RunEvents.started(run(1)));
      before.release();
      before.record(() -> RunEvents.started(run(2)));
      before.record(() -> RunEvents.started(run(3)));

      try (Trail after = trail(server.address())) {
        assertThat(after.status().spooled()).isTrue();
        assertThat(after.status().waiting()).isEqualTo(3);
        server.start();
        assertThat(after.flush(PATIENCE)).isTrue();
      }
      assertThat(server.ids()).hasSize(3);
      assertThat(before.status().lost()).isZero();
      JsonNode source = server.json("/v1/sources").path("sources").get(0);
      assertThat(source.path("continuity").asText()).as("%s", source).isEqualTo("complete");
    }
  }

  @Test
  void C1_noSecretLiesInTheSpool() throws Exception {
    RunFacts run =
        new RunFacts(
            Runs.CONTROLLER,
            "deploy",
            1,
            Runs.STARTED,
            "job/deploy/1/",
            List.of(),
            List.of(new Parameter("dbPassword", "planted-4711-secret", false)),
            List.of(),
            null,
            List.of(),
            null,
            false);
    try (Trail trail = trail(URI.create("http://127.0.0.1:9"))) {
      trail.record(() -> RunEvents.finished(run, new Ending("SUCCESS", Duration.ZERO, null)));
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(home)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    assertThat(files).isNotEmpty();
    boolean hashed = false;
    for (Path file : files) {
      String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      assertThat(content).doesNotContain("planted-4711");
      hashed |= content.contains("hmac-sha256:jenkins-");
    }
    assertThat(hashed).as("it can be compared with the next value").isTrue();
  }

  @Test
  void theConnectionTestSaysWhatIsWrong() throws Exception {
    try (ServerProcess server = new ServerProcess(data).start()) {
      ConnectionTest.Result well = ConnectionTest.of(server.address(), null);
      assertThat(well.ok()).as(well.message()).isTrue();
      assertThat(server.ids()).as("a test leaves no event").isEmpty();
    }
    assertThat(ConnectionTest.of(URI.create("http://127.0.0.1:9"), null).message())
        .startsWith("No connection: ");
    HeldCertificate unknown =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    try (MockWebServer impostor = new MockWebServer()) {
      impostor.useHttps(
          new HandshakeCertificates.Builder().heldCertificate(unknown).build().sslSocketFactory());
      impostor.start();
      assertThat(
              ConnectionTest.of(URI.create("https://127.0.0.1:" + impostor.getPort()), null)
                  .message())
          .startsWith("TLS failed: ")
          .contains("Is the server's certificate one that this Java trusts");
    }
    try (MockWebServer other = new MockWebServer()) {
      other.enqueue(new MockResponse.Builder().code(200).body("<html>hello").build());
      other.enqueue(new MockResponse.Builder().code(302).setHeader("Location", "/login").build());
      other.enqueue(
          new MockResponse.Builder()
              .code(401)
              .setHeader("Content-Type", "application/problem+json")
              .body("{\"status\":401,\"detail\":\"unknown token\"}")
              .build());
      other.start();
      URI address = URI.create("http://127.0.0.1:" + other.getPort());
      assertThat(ConnectionTest.of(address, null).message()).contains("check the URL");
      assertThat(ConnectionTest.of(address, null).message()).contains("redirects (302)");
      assertThat(ConnectionTest.of(address, "wrong").message())
          .contains("does not know this credential (401)", "unknown token");
    }
  }

  @Test
  void anHttpsAddressOfAPortWithoutTlsIsToldSoAndGetsNoCredential() throws Exception {
    List<String> credentials = new CopyOnWriteArrayList<>();
    HttpServer plain =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    plain.createContext(
        "/",
        exchange -> {
          credentials.addAll(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    plain.start();
    try {
      int port = plain.getAddress().getPort();
      ConnectionTest.Result result =
          ConnectionTest.of(URI.create("https://127.0.0.1:" + port), "secret-4711");

      assertThat(result.ok()).isFalse();
      assertThat(result.message())
          .contains("does not speak TLS at port " + port, "Enter http://", "the port that has TLS");
      assertThat(credentials).isEmpty();
    } finally {
      plain.stop(0);
    }
  }
}
