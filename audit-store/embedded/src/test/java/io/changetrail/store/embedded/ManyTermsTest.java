// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Field;
import io.changetrail.store.Matching;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Page;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Queries that mean more terms than lists can be walked side by side: found is what matches. */
class ManyTermsTest {
  private static final Instant START = Instant.parse("2026-01-31T02:00:00Z");
  private static final Scope ALL = Scope.of("acme");
  private static final int EVENTS = 1200;

  @TempDir private static Path directory;
  private static AuditStore store;
  private static final List<AuditEvent> EVERY = new ArrayList<>();

  @BeforeAll
  static void fill() {
    Random random = new Random(5);
    for (int i = 0; i < EVENTS; i++) {
      // "many…" is in almost all events, "rare…" in two stretches far apart
      boolean rare = i < 300 || i >= EVENTS - 300;
      EVERY.add(
          event(
              i,
              (random.nextInt(10) > 0 ? "many" + i + " " : "")
                  + (rare ? "rare" + i : "common")
                  + (i % 7 == 0 ? " seventh" : "")));
    }
    for (int i = 0; i < 40; i++) {
      EVERY.add(
          AuditEvent.builder(
                  new EventRef("/ci", "amendment-" + i),
                  START.plusSeconds(i),
                  Actor.unknown(),
                  Change.of(ChangeKind.DEPLOYMENT, Phase.OCCURRED, Folding.AMEND)
                      .reason("many-told" + i)
                      .build())
              .amends(EVERY.get(i * 25).ref())
              .build());
    }
    store = EmbeddedAuditStore.open(directory);
    List<AuditEvent> shuffled = new ArrayList<>(EVERY);
    Collections.shuffle(shuffled, random);
    store.append(shuffled.stream().map(event -> NewEvent.of("acme", event, event.time())).toList());
  }

  @AfterAll
  static void close() {
    store.close();
  }

  private static AuditEvent event(int number, String summary) {
    ObjectNode before = JsonNodeFactory.instance.objectNode();
    ObjectNode after = JsonNodeFactory.instance.objectNode();
    before.putObject("pod-" + number).put("image", number);
    after.putObject("pod-" + number).put("image", number + 1);
    return AuditEvent.builder(
            new EventRef("/ci", "event-" + number),
            START.plusSeconds(number / 3),
            Actor.unknown(),
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update")
                .summary(summary)
                .state(StructuralDiff.between(before, after))
                .build())
        .targets(targets(number))
        .build();
  }

  /** Some have two, of which neither is in that region and that cluster. */
  private static List<Target> targets(int number) {
    String service = "service-" + number;
    String environment = number % 5 == 0 ? "test" : "prod";
    return number % 11 == 0
        ? List.of(
            new Target(service, environment, "eu", "west", null, null),
            new Target(service, environment, "us", "east", null, null))
        : List.of(
            new Target(service, environment, "eu", number % 2 == 0 ? "east" : "west", null, null));
  }

  private static List<StoredEvent> search(Scope scope, Query query, View view, Order order) {
    List<StoredEvent> all = new ArrayList<>();
    Page page = store.search(scope, query, view, order, null, 200);
    all.addAll(page.events());
    while (page.next() != null) {
      page = store.search(scope, query, view, order, page.next(), 200);
      all.addAll(page.events());
    }
    return all;
  }

  private static List<Query> queries() {
    Query some = Query.all().between(START.plusSeconds(50), START.plusSeconds(350));
    return List.of(
        Query.all().withText("many*"),
        Query.all().withText("rare*"),
        Query.all().withText("rare* many*"),
        Query.all().withText("rare* seventh"),
        Query.all().withText("many*").where(Field.ENVIRONMENT, "test"),
        Query.all().where(Field.REGION, "eu").where(Field.CLUSTER, "east"),
        some.where(Field.REGION, "eu").where(Field.CLUSTER, "east").withText("rare*"),
        Query.all().withPath("image"),
        Query.all().withText("many*").withPath("image"),
        some.withText("rare*"),
        some.withText("many* seventh"));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsFoundInEitherOrderIsWhatMatches(Order order) {
    for (Query query : queries()) {
      assertThat(
              search(ALL, query, View.RAW, order).stream()
                  .map(stored -> stored.event().ref().id())
                  .sorted()
                  .toList())
          .as("%s", query)
          .isEqualTo(
              EVERY.stream()
                  .filter(event -> Matching.matches(query, event))
                  .map(event -> event.ref().id())
                  .sorted()
                  .toList());
      List<StoredEvent> folded = search(ALL, query, View.FOLDED, order);
      assertThat(folded)
          .isSortedAccordingTo((order == Order.OLDEST_FIRST ? inOrder() : inOrder().reversed()))
          .allMatch(stored -> Matching.matches(query, stored.event()));
      assertThat(store.histogram(ALL, query, Duration.ofDays(1)).total())
          .as("%s", query)
          .isEqualTo(folded.size())
          .isPositive();
    }
  }

  private static Comparator<StoredEvent> inOrder() {
    return Comparator.<StoredEvent, Instant>comparing(stored -> stored.event().time())
        .thenComparing(StoredEvent::seq);
  }

  @Test
  void aReaderOfManyTargetsSeesExactlyThose() {
    Scope prod = new Scope("acme", Set.of("prod"), null);
    Query query = Query.all().withText("many*");
    assertThat(search(prod, query, View.FOLDED, Order.NEWEST_FIRST))
        .hasSizeGreaterThan(Plan.FEW_TERMS)
        .hasSameSizeAs(
            search(ALL, query.where(Field.ENVIRONMENT, "prod"), View.FOLDED, Order.NEWEST_FIRST));
  }

  /**
   * Cursors hold no more than the ids of the terms, and find what is far off without a long walk.
   */
  @Test
  void aLeapCostsNoMoreThanThereAreTerms() {
    Path file = directory.resolve(EmbeddedAuditStore.FILE);
    try (Database database = Database.open(file, true);
        Targets targets = Targets.of(file)) {
      Plan plan =
          Plan.of(database, targets, ALL, Query.all().withText("rare*"), View.FOLDED).orElseThrow();
      assertThat(plan.clauses().get(0)).hasSizeGreaterThan(Plan.FEW_TERMS).isSorted();
      Cursor cursor = plan.cursor(database, Direction.UP);
      assertThat(cursor).isInstanceOf(ManyTermsCursor.class);
      long far = Times.nanos(START.plusSeconds(EVENTS / 3 - 100));
      cursor.seek(Times.nanos(START.plusSeconds(120)), Long.MIN_VALUE);
      assertThat(cursor.time()).as("the next stretch").isEqualTo(far);
      cursor.seek(Times.nanos(START.plusSeconds(5000)), Long.MIN_VALUE);
      assertThat(cursor.atEnd()).isTrue();
      cursor.seek(Times.nanos(START.plusSeconds(6000)), Long.MIN_VALUE);
      assertThat(cursor.atEnd()).isTrue();
    }
  }
}
