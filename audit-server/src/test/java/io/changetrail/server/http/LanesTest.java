// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LanesTest {
  private static final Limits ONE_STREAM =
      new Limits(
          1 << 10,
          1 << 10,
          1 << 20,
          1,
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          1,
          1,
          1,
          1,
          1,
          Duration.ofMinutes(1));

  private final Lanes lanes = new Lanes(ONE_STREAM);

  @AfterEach
  void stop() {
    lanes.stopStreams();
  }

  @Test
  @Timeout(60)
  void theNextStreamTakesThePlaceOfOneThatEndedHoweverSoonItComes() {
    for (int i = 0; i < 20_000; i++) {
      lanes.run(Lane.STREAM, () -> {});
      while (lanes.running(Lane.STREAM) > 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void noMoreStreamsThanAllowedAreOpenAtOnce() {
    CountDownLatch release = new CountDownLatch(1);
    lanes.run(Lane.STREAM, () -> await(release));

    assertThatThrownBy(() -> lanes.run(Lane.STREAM, () -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(lanes.running(Lane.STREAM)).isEqualTo(1);
    release.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
