// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.AuditEvent;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Leaf;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.Field;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoreException;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups: taken while the store is used, and whole. */
abstract class CopyContract extends SourceContract {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Restores a backup to an empty place, as the command line does it. */
  private AuditStore restored(Path backup) {
    String name = "restored-" + newTenant();
    URI place = place(name);
    AuditStoreProvider.forUri(place).restore(place, backup);
    return open(name);
  }

  private static List<AuditEvent> batch(int number) {
    List<AuditEvent> batch = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      batch.add(Samples.deployment(number + "-" + i, Samples.START, Samples.CHECKOUT));
    }
    batch.add(
        Samples.config(
            number + "-config",
            Samples.START,
            Samples.config("uid-" + number),
            null,
            "{\"number\":" + number + "}"));
    return batch;
  }

  @Test
  void S1_aBackupUnderLoadIsTheStoreAsItWasAtOneMoment(@TempDir Path directory) throws Exception {
    String tenant = newTenant();
    Scope scope = Scope.of(tenant);
    append(tenant, batch(0));
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger batches = new AtomicInteger(1);
    Thread writer =
        new Thread(
            () -> {
              while (!done.get()) {
                append(tenant, batch(batches.getAndIncrement()));
              }
            });
    writer.start();
    try {
      store().backup(directory.resolve("early"));
      int seen = batches.get();
      Awaitility.await().atMost(PATIENCE).until(() -> batches.get() > seen + 3);
      store().backup(directory.resolve("late"));
    } finally {
      done.set(true);
      writer.join();
    }

    List<StoredEvent> whole = all(store(), scope);
    List<Integer> sizes = new ArrayList<>();
    for (String backup : List.of("early", "late")) {
      try (AuditStore copy = restored(directory.resolve(backup))) {
        List<StoredEvent> kept = all(copy, scope);
        sizes.add(kept.size());
        assertThat(kept)
            .as("a beginning of the store, without holes")
            .isEqualTo(whole.subList(0, kept.size()));
        long last = kept.get(kept.size() - 1).seq();
        assertThat(leaf(copy, last)).isEqualTo(leaf(store(), last));
        // Every way to ask gives the same: nothing was copied by half.
        assertThat(copy.histogram(scope, Query.all(), Duration.ofDays(1)).total())
            .isEqualTo(kept.size());
        assertThat(
                search(
                    copy,
                    scope,
                    Query.all().where(Field.SERVICE, "checkout"),
                    View.FOLDED,
                    Order.NEWEST_FIRST,
                    100))
            .hasSameSizeAs(kept);
        assertThat(copy.sources(scope).stream().mapToLong(source -> source.events()).sum())
            .isEqualTo(kept.size());
        assertThat(copy.states(scope, Set.of(), Set.of(), Samples.START))
            .hasSize(
                (int)
                    kept.stream()
                        .filter(stored -> stored.event().ref().id().endsWith("-config"))
                        .count());
        assertThat(
                copy
                    .append(
                        List.of(
                            NewEvent.of(tenant, whole.get(0).event(), Samples.START),
                            NewEvent.of(tenant, Samples.deployment("after"), Samples.START)))
                    .stream()
                    .map(AppendResult::status))
            .as("it goes on where the copy ends")
            .containsExactly(AppendResult.Status.DUPLICATE, AppendResult.Status.ACCEPTED);
      }
    }
    assertThat(sizes.get(1)).as("others did append in between").isGreaterThan(sizes.get(0));
    assertThat(whole.size()).isGreaterThanOrEqualTo(sizes.get(1));
  }

  private static Leaf leaf(AuditStore store, long seq) {
    return store.leaves(seq, 1).get(0);
  }

  private static List<StoredEvent> all(AuditStore store, Scope scope) {
    List<StoredEvent> all = new ArrayList<>();
    List<StoredEvent> page = store.readFrom(scope, 0, 500);
    while (!page.isEmpty()) {
      all.addAll(page);
      page = store.readFrom(scope, page.get(page.size() - 1).seq(), 500);
    }
    return all;
  }

  @Test
  void S1_aBackupOverwritesNothingAndARestoreNeedsAnEmptyPlaceAndABackup(@TempDir Path directory)
      throws IOException {
    Path there = Files.writeString(directory.resolve("there"), "precious");
    assertThatThrownBy(() -> store().backup(there))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(there.toString());
    assertThat(there).hasContent("precious");

    URI empty = place("empty-" + newTenant());
    AuditStoreProvider provider = AuditStoreProvider.forUri(empty);
    assertThatThrownBy(() -> provider.restore(empty, there))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(there.toString());
    assertThatThrownBy(() -> provider.restore(empty, directory.resolve("absent")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("absent");

    String used = "used-" + newTenant();
    try (AuditStore store = open(used)) {
      store.append(List.of(NewEvent.of("acme", Samples.deployment("d1"), Samples.START)));
      store.backup(directory.resolve("good"));
    }
    assertThatThrownBy(() -> provider.restore(place(used), directory.resolve("good")))
        .isInstanceOf(StoreException.class);
  }
}
