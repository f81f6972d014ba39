// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {
  private static final Instant NOW = Instant.parse("2026-03-04T02:00:00Z");

  @TempDir private Path home;

  @Test
  void C8_ofManyWhoSaveOneThingAtOnceEachSeesWhatAnotherLeft() throws Exception {
    Trail trail = new Trail(home, "controller");
    ExecutorService savers = Executors.newFixedThreadPool(4);
    List<Future<Optional<Snapshots.Seen>>> saved = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      IntNode state = IntNode.valueOf(i);
      saved.add(savers.submit(() -> trail.snapshots().swap("jenkins.item/a", state, NOW)));
    }
    List<Integer> before = new ArrayList<>();
    for (Future<Optional<Snapshots.Seen>> one : saved) {
      one.get().ifPresent(seen -> before.add(seen.tree().intValue()));
    }
    savers.shutdown();

    assertThat(before).as("no state is compared twice, and none is left out").hasSize(199);
    assertThat(before).doesNotHaveDuplicates();
  }

  @Test
  void whatWasSeenLastIsThereAfterARestartAndGoesWithTheThing() throws Exception {
    new Trail(home, "controller").snapshots().swap("jenkins.item/a", IntNode.valueOf(1), NOW);

    Snapshots again = new Trail(home, "controller").snapshots();
    assertThat(again.last("jenkins.item/a")).contains(new Snapshots.Seen(IntNode.valueOf(1), NOW));
    assertThat(again.last("jenkins.item/b")).isEmpty();
    assertThat(again.swap("jenkins.item/a", null, NOW))
        .contains(new Snapshots.Seen(IntNode.valueOf(1), NOW));
    assertThat(again.swap("jenkins.item/a", IntNode.valueOf(2), NOW)).isEmpty();
  }
}
