// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DecodedEventsTest {
  private static final int MOST_BYTES = 100;

  private final DecodedEvents decoded = new DecodedEvents(MOST_BYTES);

  @Test
  void whatIsReadOnceIsNotKept() {
    decoded.put(row(1, 10), event(1));

    assertThat(decoded.find(row(1, 10))).isEmpty();
  }

  @Test
  void whatIsReadAgainIsKeptWhileTheRowIsTheSame() {
    read(1, 2);

    assertThat(decoded.find(row(1, 10))).contains(event(1));
    assertThat(decoded.find(row(1, 11))).as("another body").isEmpty();
  }

  @Test
  void aWalkOverManyEventsPushesOutNothing() {
    read(1, 2);

    for (long seq = 2; seq < 100; seq++) {
      read(seq, 1);
    }

    assertThat(decoded.find(row(1, 10))).contains(event(1));
  }

  @Test
  void ofTooManyTheLatestAreKept() {
    for (long seq = 1; seq <= 11; seq++) {
      read(seq, 2);
    }

    assertThat(decoded.find(row(1, 10))).isEmpty();
    assertThat(decoded.find(row(2, 10))).contains(event(2));
    assertThat(decoded.find(row(11, 10))).contains(event(11));
  }

  @Test
  void whatIsLargerThanAllThatMayBeKeptPushesOutNothing() {
    read(1, 2);

    for (int i = 0; i < 2; i++) {
      decoded.put(row(2, MOST_BYTES + 1), event(2));
    }

    assertThat(decoded.find(row(1, 10))).contains(event(1));
    assertThat(decoded.find(row(2, MOST_BYTES + 1))).isEmpty();
  }

  private void read(long seq, int times) {
    for (int i = 0; i < times; i++) {
      decoded.put(row(seq, 10), event(seq));
    }
  }

  private static Events.Row row(long seq, int bytes) {
    return new Events.Row(
        seq, "t", new byte[32], 0, 0, null, 0, new byte[32], new byte[0], new byte[bytes], null);
  }

  private static AuditEvent event(long seq) {
    return AuditEvent.builder(
            new EventRef("https://ci.example/", "run-" + seq),
            Instant.EPOCH,
            Actor.unknown(),
            Change.of(ChangeKind.CODE, Phase.OCCURRED, "push").build())
        .build();
  }
}
