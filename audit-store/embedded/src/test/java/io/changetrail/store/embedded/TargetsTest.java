// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Expiry;
import io.changetrail.store.Histogram;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetsTest {
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final int SERVICES = 3_000;
  private static final Scope LIMITED = new Scope("acme", Set.of("prod"), null);

  @TempDir private Path directory;

  @Test
  void aLimitedReaderOfAFileThatWasJustOpenedSeesAllThatItMay() {
    fill();
    try (EmbeddedAuditStore store = EmbeddedAuditStore.open(directory)) {
      store.append(List.of(NewEvent.of("acme", deployment(SERVICES), START)));

      assertThat(count(store)).isEqualTo(SERVICES / 2 + 1);
    }
  }

  @Test
  void whatExpiresWhileTheFileIsBeingOpenedIsNoTargetAnyMore() {
    fill();
    try (EmbeddedAuditStore store = EmbeddedAuditStore.open(directory)) {
      store.expire("acme", new Expiry(Map.of(), START.plusSeconds(SERVICES - 2), false));

      assertThat(count(store)).isEqualTo(1);
    }
    try (Targets targets = Targets.of(directory.resolve(EmbeddedAuditStore.FILE))) {
      assertThat(targets.in("acme")).hasSize(2);
    }
  }

  private static long count(AuditStore store) {
    return store.histogram(LIMITED, Query.all(), Duration.ofDays(1)).buckets().stream()
        .mapToLong(Histogram.Bucket::count)
        .sum();
  }

  private void fill() {
    try (EmbeddedAuditStore store = EmbeddedAuditStore.open(directory)) {
      for (int from = 0; from < SERVICES; from += AuditStore.MAX_PAGE) {
        store.append(
            IntStream.range(from, from + AuditStore.MAX_PAGE)
                .mapToObj(i -> NewEvent.of("acme", deployment(i), START))
                .toList());
      }
    }
  }

  private static AuditEvent deployment(int i) {
    return AuditEvent.builder(
            new EventRef("/ci", "d" + i),
            START.plusSeconds(i),
            Actor.unknown(),
            Change.of(ChangeKind.DEPLOYMENT, Phase.OCCURRED, "deploy").summary("deployed").build())
        .target(Target.service("service-" + i, i % 2 == 0 ? "prod" : "dev"))
        .build();
  }
}
