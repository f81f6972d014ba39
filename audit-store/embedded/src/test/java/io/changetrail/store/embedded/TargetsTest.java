// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Expiry;
import io.changetrail.store.Field;
import io.changetrail.store.Histogram;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoreException;
import io.changetrail.store.View;
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
  private static final Scope ALL = Scope.of("acme");
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
      assertThat(targets.in("acme").all()).hasSize(2);
    }
  }

  @Test
  void aServiceInAnEnvironmentIsFoundByItsTargetsWhereTheseAreFew() {
    try (EmbeddedAuditStore store = EmbeddedAuditStore.open(directory)) {
      store.append(
          List.of(
              newEvent(1, Target.service("web", "prod"), Target.service("api", "dev")),
              newEvent(2, Target.service("web", "dev"), Target.service("api", "prod")),
              newEvent(3, Target.service("web", "prod").withResource(flag("a")))));
    }
    Plan plan = plan("web", "prod");
    assertThat(plan.clauses()).hasSize(1);
    assertThat(plan.clauses().get(0)).as("ids of the two targets").hasSize(2);
    assertThat(plan.byTarget()).as("whether events have to be looked at").isFalse();
    assertThat(found("web", "prod")).containsExactlyInAnyOrder("d1", "d3");
    assertThat(found("api", "prod")).containsExactly("d2");
    assertThat(found("web", "test")).isEmpty();
  }

  @Test
  void aServiceOfManyTargetsIsFoundAmongTheEventsOfTheEnvironment() {
    try (EmbeddedAuditStore store = EmbeddedAuditStore.open(directory)) {
      store.append(
          IntStream.rangeClosed(0, Plan.FEW_TARGETS)
              .mapToObj(
                  i -> newEvent(i, Target.service("web", "prod").withResource(flag("flag-" + i))))
              .toList());
    }
    assertThat(plan("web", "prod").clauses()).hasSize(2);
    assertThat(found("web", "prod")).hasSize(Plan.FEW_TARGETS + 1);
  }

  @Test
  void aTargetThatWasNeverCommittedFindsNothingThoughItsIdIsUsedForSomethingElse() {
    storeOne();
    Path file = directory.resolve(EmbeddedAuditStore.FILE);
    try (Database database = Database.open(file, true);
        Targets targets = Targets.of(file)) {
      targets.in("acme");
      long used = Dictionary.find(database, "acme", new Term(Field.ACTION.wireName(), "deploy"));
      targets.put("acme", used, Target.service("undone", "prod"));

      assertThat(Plan.of(database, targets, ALL, of("undone", "prod"), View.FOLDED)).isEmpty();
    }
  }

  @Test
  void anIdThatIsUsedAgainStandsForTheNewTargetOnly() {
    storeOne();
    try (Targets targets = Targets.of(directory.resolve(EmbeddedAuditStore.FILE))) {
      targets.in("acme");
      targets.put("acme", 1_000, Target.service("before", "prod"));
      targets.put("acme", 1_000, Target.service("after", "prod"));

      assertThat(targets.in("acme").of(Set.of("before"))).isEmpty();
      assertThat(targets.in("acme").of(Set.of("after"))).hasSize(1);
      targets.remove("acme", 1_000);
      assertThat(targets.in("acme").of(Set.of("after"))).isEmpty();
    }
  }

  @Test
  void anIdIsGivenOutOnceThoughItsTermIsDropped() {
    try (EmbeddedAuditStore store = EmbeddedAuditStore.open(directory);
        Database database = Database.open(directory.resolve(EmbeddedAuditStore.FILE), true)) {
      store.append(List.of(newEvent(1, Target.service("web", "prod"))));
      long first = Dictionary.find(database, "acme", Term.of(Target.service("web", "prod")));
      assertThat(first).isPositive();
      assertThat(store.expire("acme", new Expiry(Map.of(), START.plusSeconds(100), false)))
          .isEqualTo(1);
      assertThat(database.number("SELECT count(*) FROM term")).isZero();

      store.append(List.of(newEvent(2, Target.service("web", "dev"))));

      assertThat(database.number("SELECT min(id) FROM term")).isGreaterThan(first);
      assertThat(count(store)).isZero();
    }
  }

  @Test
  void whoeverReadsTheWholeTenantDoesWithoutTargetsThatCannotBeRead() {
    storeOne();
    try (Database database = Database.open(directory.resolve(EmbeddedAuditStore.FILE), true);
        Targets targets = Targets.of(directory.resolve("no").resolve("such"))) {
      assertThatThrownBy(() -> targets.in("acme")).isInstanceOf(StoreException.class);

      assertThat(Plan.of(database, targets, ALL, of("web", "prod"), View.FOLDED)).isPresent();
    }
  }

  private void storeOne() {
    try (EmbeddedAuditStore store = EmbeddedAuditStore.open(directory)) {
      store.append(List.of(newEvent(1, Target.service("web", "prod"))));
    }
  }

  private Plan plan(String service, String environment) {
    Path file = directory.resolve(EmbeddedAuditStore.FILE);
    try (Database database = Database.open(file, true);
        Targets targets = Targets.of(file)) {
      targets.in("acme");
      return Plan.of(database, targets, ALL, of(service, environment), View.FOLDED).orElseThrow();
    }
  }

  private List<String> found(String service, String environment) {
    try (EmbeddedAuditStore store = EmbeddedAuditStore.open(directory)) {
      count(store); // waits for the targets
      return store
          .search(
              ALL,
              of(service, environment),
              View.FOLDED,
              AuditStore.Order.NEWEST_FIRST,
              null,
              AuditStore.MAX_PAGE)
          .events()
          .stream()
          .map(stored -> stored.event().ref().id())
          .toList();
    }
  }

  private static Query of(String service, String environment) {
    return Query.all().where(Field.SERVICE, service).where(Field.ENVIRONMENT, environment);
  }

  private static Resource flag(String name) {
    return new Resource(Resource.FEATURE_FLAG, name, null);
  }

  private static NewEvent newEvent(int i, Target... targets) {
    AuditEvent.Builder event = deployment(i).toBuilder().targets(List.of(targets));
    return NewEvent.of("acme", event.build(), START);
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
