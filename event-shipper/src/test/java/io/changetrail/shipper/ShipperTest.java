// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shipper as its host sees it, in times that a real server is not taken through. */
class ShipperTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path spool;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-31T12:00:00Z"));

  private static AuditEvent event(int i) {
    return AuditEvent.builder(
            new EventRef("/test", "event-" + i),
            Instant.parse("2026-01-31T12:00:00Z"),
            new Actor("ada", "Ada", Actor.Kind.USER, "test", Actor.Evidence.AUDIT_LOG),
            Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                .outcome(Outcome.SUCCESS)
                .build())
        .target(Target.service("checkout", "prod"))
        .build();
  }

  private Shipper.Builder shipper(Destination destination) {
    return Shipper.builder(spool)
        .to(destination)
        .installation("here")
        .clock(now::get)
        .pauses(Duration.ofMillis(1), Duration.ofMillis(5));
  }

  private static void pass(AtomicReference<Instant> clock, Duration time) {
    clock.updateAndGet(before -> before.plus(time));
  }

  @Test
  void T4_aClockThatJumpsBothWaysChangesNeitherNumbersNorWhatIsSent() throws Exception {
    try (TakingServer server = new TakingServer()) {
      List<Duration> jumps =
          List.of(
              Duration.ofDays(400), Duration.ofDays(-800), Duration.ofSeconds(-1), Duration.ZERO);
      int n = 0;
      for (Duration jump : jumps) {
        try (Shipper shipper = shipper(server.destination()).closing(PATIENCE).open()) {
          for (int i = 0; i < 10; i++) {
            shipper.ship(event(n++));
            if (i == 5) {
              pass(now, jump);
              server.awayForEvents(2);
            }
          }
          assertThat(shipper.flush(PATIENCE)).isTrue();
          assertThat(shipper.metrics().destinations().get(0).lost()).isZero();
        }
      }
      assertThat(server.numbers())
          .as("in their order, over four restarts")
          .containsExactlyElementsOf(LongStream.rangeClosed(1, n).boxed().toList());
      assertThat(server.losses()).isEmpty();
    }
  }

  @Test
  void T1_aServerThatIsAbsentForDaysGetsEverythingWhenItIsBack() throws Exception {
    try (TakingServer server = new TakingServer()) {
      server.awayForEvents(Integer.MAX_VALUE);
      for (int day = 0; day < 5; day++) {
        try (Shipper shipper = shipper(server.destination()).closing(Duration.ZERO).open()) {
          for (int i = 0; i < 20; i++) {
            shipper.ship(event(day * 20 + i));
            pass(now, Duration.ofHours(1));
          }
          pass(now, Duration.ofHours(4));
          assertThat(shipper.metrics().destinations().get(0).oldestAge())
              .isEqualTo(Duration.ofDays(day + 1));
        }
      }
      server.awayForEvents(0);
      int before = server.numbers().size();
      try (Shipper shipper = shipper(server.destination()).open()) {
        assertThat(shipper.flush(PATIENCE)).isTrue();
        assertThat(shipper.metrics().destinations().get(0).lost()).isZero();
      }
      assertThat(server.numbers().subList(before, server.numbers().size()))
          .as("once more perhaps, if a request was under way when the last run ended")
          .hasSameElementsAs(LongStream.rangeClosed(1, 100).boxed().toList());
    }
  }

  @Test
  void T1_whatTheDiskDoesNotTakeIsSentAllTheSameAndNumbersGoOn() throws Exception {
    try (TakingServer server = new TakingServer()) {
      int n = 0;
      try (Shipper shipper = shipper(server.destination()).maxBytes(1 << 20).open()) {
        FullDisk disk = new FullDisk(spool);
        // Several times what the bound holds, each part once the one before is sent.
        for (int part = 0; part < 10; part++) {
          for (int i = 0; i < 500; i++) {
            shipper.ship(event(n++));
          }
          assertThat(shipper.flush(PATIENCE)).isTrue();
          assertThat(shipper.metrics().trouble()).contains("takes no events");
        }
        disk.free();
        shipper.ship(event(n++));
      }
      try (Shipper shipper = shipper(server.destination()).open()) {
        shipper.ship(event(n++));
        assertThat(shipper.flush(PATIENCE)).isTrue();
        assertThat(shipper.metrics().trouble()).isNull();
      }
      assertThat(server.numbers())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, n).boxed().toList());
      assertThat(server.losses()).isEmpty();
    }
  }

  @Test
  void T5_closingWaitsNoLongerThanAllowedForAServerThatHangsAndKeepsWhatIsLeft() throws Exception {
    try (ServerSocket hung = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      URI uri = URI.create("http://127.0.0.1:" + hung.getLocalPort());
      Destination destination = new Destination("only", uri, Credentials.none());
      // A silence of two minutes counts as a failure: much more than this test may take.
      Shipper shipper =
          shipper(destination)
              .timeout(Duration.ofMinutes(2))
              .closing(Duration.ofMillis(200))
              .open();
      shipper.ship(event(1));
      assertTimeoutPreemptively(PATIENCE, shipper::close);
    }
    try (TakingServer server = new TakingServer();
        Shipper again = shipper(server.destination()).open()) {
      assertThat(again.flush(PATIENCE)).isTrue();
      assertThat(server.numbers()).containsExactly(1L);
    }
  }
}
