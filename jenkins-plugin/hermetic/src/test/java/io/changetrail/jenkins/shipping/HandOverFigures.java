// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.jenkins.capture.Ending;
import io.changetrail.jenkins.capture.RunEvents;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.jenkins.capture.Runs;
import io.changetrail.jenkins.capture.Trigger;
import io.changetrail.model.AuditEvent;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long the thread of a build waits for an event of a run to be captured: made from what Jenkins
 * knows, redacted, and in the spool. With the server up, slow (0.5 s), silent and away, beside the
 * shipper alone, which is given events that are made before. No test: it measures, and is run by
 * its name alone.
 */
class HandOverFigures {
  private static final int EVENTS = Integer.getInteger("changetrail.events", 3000);

  /** One each millisecond is far more than a controller has; the server is on the same machine. */
  private static final Duration BETWEEN =
      Duration.ofMillis(Integer.getInteger("changetrail.between", 1));

  private static final Ending ENDING = new Ending("SUCCESS", Duration.ofMinutes(3), null);

  @TempDir private Path home;

  private static RunFacts run(int number) {
    return Runs.run(Runs.CONTROLLER, "payments/checkout/main", number, Trigger.user("al", null));
  }

  @Test
  void ofAnEventOfARun() throws Exception {
    System.out.println(
        "| server | what | p50 | p99 | most | n |\n| --- | --- | ---: | ---: | ---: | ---: |");
    // Before the clock starts.
    measure("absent", URI.create("http://127.0.0.1:9"), false);
    try (ServerProcess server = new ServerProcess(home.resolve("data")).start()) {
      // A server that has just been started takes a core for its compiler, and here there are two.
      measure("up", server.address(), false);
      measure("up", server.address(), true);
    }
    try (MockWebServer slow = new MockWebServer()) {
      slow.setDispatcher(
          new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
              return new MockResponse.Builder()
                  .code(202)
                  .headersDelay(500, TimeUnit.MILLISECONDS)
                  .body("{\"accepted\":1,\"duplicate\":0,\"conflicting\":0,\"rejected\":0}")
                  .build();
            }
          });
      slow.start();
      measure("slow", URI.create("http://127.0.0.1:" + slow.getPort()), true);
    }
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      measure("silent", URI.create("http://127.0.0.1:" + silent.getLocalPort()), true);
    }
    measure("absent", URI.create("http://127.0.0.1:9"), true);
  }

  private void measure(String state, URI server, boolean told) throws Exception {
    try (Trail trail = new Trail(Files.createTempDirectory(home, "trail"), "controller")) {
      trail.shipTo(server, Credentials.none());
      pace(
          state,
          "plugin: made, redacted, spooled",
          told,
          i -> trail.record(() -> RunEvents.finished(run(i), ENDING)));
      assertThat(trail.status().lost()).isZero();
    }
    AuditEvent[] made = new AuditEvent[EVENTS];
    Arrays.setAll(made, i -> RunEvents.finished(run(i), ENDING));
    try (Shipper shipper =
        Shipper.builder(Files.createTempDirectory(home, "alone"))
            .to(new Destination("audit", server, Credentials.none()))
            .closing(Duration.ofSeconds(1))
            .open()) {
      pace(state, "the shipper alone", told, i -> shipper.ship(made[i]));
    }
  }

  /** As if a controller were busy. */
  private static void pace(String state, String what, boolean told, Consumer<Integer> capture) {
    long[] nanos = new long[EVENTS];
    for (int i = 0; i < EVENTS; i++) {
      long began = System.nanoTime();
      capture.accept(i);
      nanos[i] = System.nanoTime() - began;
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
    Arrays.sort(nanos);
    if (told) {
      System.out.println(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.3f ms | %.3f ms | %.1f ms | %,d |",
              state,
              what,
              nanos[EVENTS / 2] / 1e6,
              nanos[(int) (EVENTS * 0.99)] / 1e6,
              nanos[EVENTS - 1] / 1e6,
              EVENTS));
    }
  }
}
