// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
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

  @Test
  void C11_thatNoneIsThereHoldsUntilTheWatchTellsOfOne() {
    presence.answeredAbsent("settings");
    now = now.plus(Presence.WATCH_LAG.multipliedBy(1000));
    assertThat(presence.isAbsent("settings")).isTrue();

    presence.seen("settings", "1");
    assertThat(presence.isAbsent("settings")).isFalse();
    assertThat(presence.gone("settings", "1")).isTrue();
    assertThat(presence.isAbsent("settings")).as("another may be there already").isFalse();
  }

  @Test
  void C11_whatTheWatchToldWhileTheClusterWasAskedIsNewerThanTheAnswer() {
    presence.seen("settings", "1");
    presence.answeredAbsent("settings");
    assertThat(presence.isAbsent("settings")).isFalse();
    assertThat(presence.isKnown("settings")).isTrue();
  }

  @Test
  void C11_theClusterIsAskedAgainForWhatTheWatchWouldNotTellTheDeletionOf() {
    presence.answered("ignored", "1");
    assertThat(presence.isKnown("ignored")).isTrue();
    now = now.plus(Presence.WATCH_LAG);
    assertThat(presence.isKnown("ignored")).isFalse();

    presence.answeredAbsent("ignored");
    assertThat(presence.isAbsent("ignored")).isTrue();
    assertThat(presence.isSettled("ignored")).isFalse();
  }

  @Test
  void C11_whatAListDoesNotShowIsNotThereAndOtherTypesAndNamespacesAreNotOfThatList() {
    presence.seen("/ConfigMap/shop/gone", "1");
    presence.seen("/ConfigMap/shop/kept", "2");
    presence.seen("/ConfigMap/shop-2/other", "3");
    presence.seen("apps/Deployment/shop/gone", "4");
    presence.onlyThese("/ConfigMap/shop/", Set.of("2"));

    assertThat(presence.isKnown("/ConfigMap/shop/gone")).isFalse();
    assertThat(presence.isKnown("/ConfigMap/shop/kept")).isTrue();
    assertThat(presence.isKnown("/ConfigMap/shop-2/other")).isTrue();
    assertThat(presence.isKnown("apps/Deployment/shop/gone")).isTrue();
  }
}
