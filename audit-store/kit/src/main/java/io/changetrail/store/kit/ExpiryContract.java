// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.Expiry;
import io.changetrail.store.Facet;
import io.changetrail.store.Field;
import io.changetrail.store.Matching;
import io.changetrail.store.Query;
import io.changetrail.store.ResourceKey;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** Deleting what is old: no more than was announced, and never what is still needed. */
abstract class ExpiryContract extends StateContract {
  private static final Instant LATER = Samples.START.plusSeconds(1_000_000);

  private static Expiry before(Instant cutoff) {
    return new Expiry(Map.of(), cutoff, false);
  }

  private static Expiry announced(Expiry expiry) {
    return new Expiry(expiry.before(), expiry.otherwise(), true);
  }

  /** Deletes exactly what was announced. */
  private long expire(String tenant, Expiry expiry) {
    List<StoredEvent> there = store().readFrom(Scope.of(tenant), 0, 1000);
    long announced = store().expire(tenant, announced(expiry));
    assertThat(store().readFrom(Scope.of(tenant), 0, 1000))
        .as("after it was only announced")
        .isEqualTo(there);
    long gone = store().expire(tenant, expiry);
    assertThat(gone).as("as announced").isEqualTo(announced);
    assertThat(store().readFrom(Scope.of(tenant), 0, 1000)).hasSize(there.size() - (int) gone);
    assertThat(store().expire(tenant, expiry)).as("a second time").isZero();
    return gone;
  }

  private List<String> idsOf(String tenant) {
    return store().readFrom(Scope.of(tenant), 0, 1000).stream()
        .map(stored -> stored.event().ref().id())
        .toList();
  }

  @Test
  void S1_anAmendmentGoesWithWhatItAmendsHoweverYoungItIs() {
    String tenant = newTenant();
    AuditEvent old = Samples.deployment("d1");
    AuditEvent young = Samples.deployment("d2", LATER, Samples.CHECKOUT);
    AuditEvent amendment = Samples.amendment("a1", old.ref(), LATER);
    append(tenant, Samples.amendment("a0", young.ref(), old.time()), old, young);
    append(tenant, many(300)); // so that an engine that deletes in portions has several
    append(tenant, amendment, Samples.amendment("a2", amendment.ref(), LATER));

    assertThat(expire(tenant, before(LATER))).isEqualTo(303);

    assertThat(idsOf(tenant)).containsExactly("a0", "d2");
    assertThat(store().find(Scope.of(tenant), young.ref(), View.FOLDED).orElseThrow().event())
        .extracting(event -> event.change().ticket())
        .isEqualTo("OPS-17");
  }

  private static List<AuditEvent> many(int count) {
    return IntStream.range(0, count).mapToObj(i -> Samples.deployment("many-" + i)).toList();
  }

  @Test
  void amendmentsOfEachOtherGoTogether() {
    String tenant = newTenant();
    EventRef first = new EventRef(Samples.KUBERNETES, "a1");
    EventRef second = new EventRef(Samples.KUBERNETES, "a2");
    append(
        tenant,
        Samples.amendment("a1", second, Samples.START),
        Samples.amendment("a2", first, LATER),
        Samples.amendment("a3", second, LATER),
        Samples.amendment("a4", new EventRef(Samples.GITHUB, "never came"), LATER));

    assertThat(expire(tenant, before(Samples.START))).isZero();
    assertThat(expire(tenant, before(LATER))).isEqualTo(3);
    assertThat(idsOf(tenant)).containsExactly("a4");
  }

  @Test
  void S1_theNewestStateOfALiveResourceIsKeptWhateverItsAge() {
    String tenant = newTenant();
    append(
        tenant,
        Samples.config("c1", Samples.START, Samples.config("live"), null, "{\"a\":1}"),
        Samples.config(
            "c2", Samples.START.plusSeconds(1), Samples.config("live"), "{\"a\":1}", "{\"a\":2}"),
        Samples.config(
            "g2", Samples.START.plusSeconds(1), Samples.config("gone"), "{\"a\":1}", null),
        Samples.config("g1", Samples.START, Samples.config("gone"), null, "{\"a\":1}"));

    assertThat(expire(tenant, before(LATER))).isEqualTo(3);

    assertThat(idsOf(tenant)).containsExactly("c2");
    assertThat(store().states(Scope.of(tenant), Set.of(), Set.of(), LATER))
        .as("and what was deleted does not come back")
        .extracting(ResourceState::key, ResourceState::state)
        .containsExactly(
            Tuple.tuple(
                ResourceKey.of(Samples.KUBERNETES, Samples.config("live")).orElseThrow(),
                Samples.json("{\"a\":2}")));
  }

  @Test
  void aDeletedResourceThatBeganWithABaselineDoesNotComeBack() {
    String tenant = newTenant();
    AuditEvent delete = Samples.config("c1", Samples.START, Samples.config("u"), "{\"a\":1}", null);
    ResourceKey key = ResourceKey.of(delete).orElseThrow();
    store()
        .putBaseline(
            tenant,
            new ResourceState(
                key,
                delete.targets().get(0),
                Samples.START.minusSeconds(5),
                Samples.json("{\"a\":1}"),
                "irrelevant",
                null));
    append(tenant, delete);

    assertThat(expire(tenant, before(LATER))).isEqualTo(1);

    assertThat(store().states(Scope.of(tenant), Set.of(), Set.of(), LATER)).isEmpty();
    assertThat(store().state(Scope.of(tenant), key, LATER)).isEmpty();
  }

  @Test
  void S1_aHoldKeepsItsEventsWithTheirAmendmentsUntilItIsReleased() {
    String tenant = newTenant();
    AuditEvent held = Samples.deployment("d1");
    append(
        tenant,
        held,
        Samples.amendment("a1", held.ref(), Samples.START),
        Samples.deployment("d2", Samples.START, Samples.PAYMENT));
    store().hold(tenant, "case-7", Query.all().where(Field.TICKET, "OPS-17"));
    store().hold(newTenant(), "case-8", Query.all());

    assertThat(expire(tenant, before(LATER))).isEqualTo(1);
    assertThat(idsOf(tenant)).containsExactly("d1", "a1");
    store().release(tenant, "unknown");
    assertThat(expire(tenant, before(LATER))).isZero();
    store().release(tenant, "case-7");
    assertThat(expire(tenant, before(LATER))).isEqualTo(2);
  }

  @Test
  void eachKindHasItsOwnLimit() {
    String tenant = newTenant();
    append(
        tenant,
        Samples.deployment("d1"),
        Samples.config("c1", Samples.START, Samples.config("u"), "{\"a\":1}", null));

    assertThat(
            expire(tenant, new Expiry(Map.of(ChangeKind.DEPLOYMENT, Samples.START), LATER, false)))
        .isEqualTo(1);
    assertThat(idsOf(tenant)).containsExactly("d1");
  }

  @Test
  void nothingOfADeletedEventIsFoundOrCountedAndItsLeafStays() {
    String tenant = newTenant();
    AuditEvent old = Samples.deployment("d1");
    List<AppendResult> results =
        append(
            tenant,
            old,
            Samples.amendment("a1", old.ref(), LATER),
            Samples.deployment("d2", LATER, Samples.PAYMENT));
    long first = results.get(0).seq();

    assertThat(expire(tenant, before(LATER))).isEqualTo(2);

    Scope all = Scope.of(tenant);
    for (View view : View.values()) {
      assertThat(search(all, Query.all().withText("checkout"), view)).isEmpty();
      assertThat(search(all, Query.all().withText("check*"), view)).isEmpty();
      assertThat(search(all, Query.all().where(Field.TICKET, "OPS-17"), view)).isEmpty();
      assertThat(search(all, Query.all(), view)).hasSize(1);
      assertThat(store().get(all, results.get(0).eventId(), view)).isEmpty();
    }
    assertThat(store().facets(all, Query.all(), EnumSet.of(Field.SERVICE), 9))
        .containsExactly(new Facet(Field.SERVICE, List.of(new Facet.Count("payment", 1))));
    assertThat(store().leaves(first, 3)).hasSize(3);
    assertThat(append(tenant, old).get(0).status())
        .as("and it does not come back")
        .isEqualTo(Status.DUPLICATE);
    assertThat(idsOf(tenant)).containsExactly("d2");
  }

  @Provide
  Arbitrary<List<AuditEvent>> histories() {
    return ArbitraryHistories.histories();
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void S1_whatIsNeededStaysAndAllElseThatIsOldGoes(
      @ForAll("histories") List<AuditEvent> events,
      @ForAll @IntRange(min = -1, max = 11) int config,
      @ForAll @IntRange(min = -1, max = 11) int otherwise,
      @ForAll boolean held) {
    String tenant = newTenant();
    Scope all = Scope.of(tenant);
    append(tenant, events);
    Query hold = Query.all().where(Field.SERVICE, "payment").where(Field.ENVIRONMENT, "prod");
    if (held) {
      store().hold(tenant, "case", hold);
    }
    Expiry expiry =
        new Expiry(
            Map.of(ChangeKind.CONFIG, Samples.START.plusSeconds(config)),
            Samples.START.plusSeconds(otherwise),
            false);
    List<StoredEvent> before = search(all, Query.all(), View.FOLDED);
    List<StoredEvent> rawBefore = store().readFrom(all, 0, 1000);
    Map<Long, AuditEvent> sent =
        rawBefore.stream().collect(Collectors.toMap(StoredEvent::seq, StoredEvent::event));
    List<ResourceState> states = store().states(all, Set.of(), Set.of(), LATER);

    expire(tenant, expiry);

    assertThat(store().states(all, Set.of(), Set.of(), LATER)).isEqualTo(states);
    List<StoredEvent> after = search(all, Query.all(), View.FOLDED);
    assertThat(before).as("what stays, stays as it was").containsAll(after);
    Set<Long> kept = after.stream().map(StoredEvent::seq).collect(Collectors.toSet());
    for (StoredEvent one : before) {
      AuditEvent event = one.event();
      boolean old = event.time().isBefore(expiry.cutoff(event.change().kind()));
      boolean wanted = held && Matching.matches(hold, event);
      if (!kept.contains(one.seq())) {
        assertThat(old && !wanted).as("%s may go", event).isTrue();
      } else if (old && !wanted) {
        AuditEvent asSent = Objects.requireNonNull(sent.get(one.seq()));
        assertThat(ResourceKey.of(asSent)).as("%s is the state of something", asSent).isPresent();
      }
    }
    Map<EventRef, Boolean> roots =
        rawBefore.stream()
            .filter(one -> !one.conflicting() && !one.event().isAmendment())
            .collect(Collectors.toMap(one -> one.event().ref(), one -> kept.contains(one.seq())));
    Set<Long> rawAfter =
        store().readFrom(all, 0, 1000).stream().map(StoredEvent::seq).collect(Collectors.toSet());
    for (StoredEvent one : rawBefore) {
      Optional.ofNullable(one.event().amends())
          .filter(amended -> !one.conflicting())
          .map(roots::get)
          .ifPresent(stays -> assertThat(rawAfter.contains(one.seq())).isEqualTo(stays));
    }
    assertThat(search(all, Query.all(), View.RAW)).hasSize(rawAfter.size());
    assertThat(store().histogram(all, Query.all(), Duration.ofDays(1)).total())
        .isEqualTo(after.size());
    assertThat(
            store().facets(all, Query.all(), EnumSet.of(Field.KIND), 9).get(0).values().stream()
                .mapToLong(Facet.Count::count)
                .sum())
        .isEqualTo(after.size());
  }
}
