// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Moments between the cluster's answer and its watch, which a real cluster shows now and then. */
class PresenceTest {
  private Instant now = Instant.parse("2026-11-28T10:00:00Z");
  private final Presence presence = new Presence(() -> now);

  @Test
  void C11_whatTheClusterAnswersWaitsForTheWatchThatKnowsWhoCreatedIt() {
    presence.answered("settings", "1");
    assertThat(presence.isKnown("settings")).isTrue();
    assertThat(presence.isSettled("settings")).isFalse();

    presence.seen("settings", "1");
    presence.answered("settings", "1");
    assertThat(presence.isSettled("settings")).isTrue();
  }

  @Test
  void C11_anObjectThatTheWatchNeverTellsOfIsThereAllTheSame() {
    presence.answered("ignored", "1");
    now = now.plus(Presence.WATCH_LAG).minusMillis(1);
    presence.answered("ignored", "1");
    assertThat(presence.isSettled("ignored")).isFalse();
    now = now.plusMillis(1);
    assertThat(presence.isSettled("ignored")).isTrue();
  }

  @Test
  void C11_anObjectIsThereWhileOneOfItsNameHasTakenItsPlace() {
    presence.seen("settings", "1");
    presence.answered("settings", "2");
    presence.seen("settings", "2");
    assertThat(presence.gone("settings", "1")).isFalse();
    assertThat(presence.isKnown("settings")).isTrue();
    assertThat(presence.gone("settings", "2")).isTrue();
    assertThat(presence.isKnown("settings")).isFalse();
    assertThat(presence.isSettled("settings")).isFalse();
  }
}
