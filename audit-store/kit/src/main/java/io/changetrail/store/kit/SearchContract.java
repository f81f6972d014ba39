// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Facet;
import io.changetrail.store.Field;
import io.changetrail.store.Histogram;
import io.changetrail.store.Page;
import io.changetrail.store.Position;
import io.changetrail.store.Query;
import io.changetrail.store.Reduction;
import io.changetrail.store.Scope;
import io.changetrail.store.SourceStatus;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Finding and counting. */
abstract class SearchContract extends ExpiryContract {

  @Property(tries = 60)
  void whatIsCountedIsWhatIsFound(@ForAll("anyEvents") List<AuditEvent> events) {
    String tenant = newTenant();
    append(tenant, events);
    List<Scope> scopes = new ArrayList<>(List.of(Scope.of(tenant)));
    scopes.addAll(scopes(tenant, events));
    for (Scope scope : scopes) {
      List<StoredEvent> found = search(scope, Query.all(), View.FOLDED);

      assertThat(store().histogram(scope, Query.all(), Duration.ofDays(36_500)).total())
          .as("%s", scope)
          .isEqualTo(found.size());
      assertThat(
              store().facets(scope, Query.all(), EnumSet.of(Field.KIND), 100).stream()
                  .flatMap(facet -> facet.values().stream())
                  .mapToLong(Facet.Count::count)
                  .sum())
          .as("%s", scope)
          .isEqualTo(found.size());
      assertThat(found)
          .as("a reader sees only the targets that were granted: %s", scope)
          .allSatisfy(
              one ->
                  assertThat(one.event().targets())
                      .allMatch(target -> scope.isWholeTenant() || scope.allows(target)));
    }
  }

  @Property(tries = 60)
  void whatALimitedReaderIsToldOfSourcesIsWhatTheySee(
      @ForAll("anyEvents") List<AuditEvent> events) {
    String tenant = newTenant();
    append(tenant, events);
    for (Scope scope : scopes(tenant, events)) {
      Map<String, List<StoredEvent>> seen =
          search(scope, Query.all(), View.RAW).stream()
              .collect(
                  Collectors.groupingBy(
                      one -> one.event().ref().source(), TreeMap::new, Collectors.toList()));

      List<SourceStatus> told = store().sources(scope);

      assertThat(told)
          .as("%s", scope)
          .extracting(SourceStatus::source)
          .containsExactlyElementsOf(seen.keySet());
      for (SourceStatus source : told) {
        List<StoredEvent> its = seen.getOrDefault(source.source(), List.of());
        assertThat(source.events()).isEqualTo(its.size());
        assertThat(its)
            .extracting(one -> one.event().time())
            .contains(source.lastTime())
            .allMatch(time -> !time.isAfter(source.lastTime()));
        assertThat(its)
            .extracting(StoredEvent::ingestedTime)
            .contains(source.lastIngested())
            .allMatch(time -> !time.isAfter(source.lastIngested()));
      }
    }
  }

  /**
   * Every answer within a scope is that of a store which holds only the visible, reduced events, so
   * that nothing can be learnt of the others by counting, searching or comparing.
   */
  @Property(tries = 60)
  void S1_aLimitedReaderLearnsWhatAStoreOfTheVisibleEventsWouldTell(
      @ForAll("anyEvents") List<AuditEvent> any) {
    Map<EventRef, AuditEvent> events = new LinkedHashMap<>();
    // Amendments with targets of their own are left out: reduced before or after folding, their
    // neutral summaries differ by a word that tells nothing.
    any.stream()
        .filter(event -> !event.isAmendment())
        .forEach(event -> events.putIfAbsent(event.ref(), event));
    for (AuditEvent event : List.copyOf(events.values())) {
      AuditEvent amendment =
          Samples.amendment("of-" + events.size(), event.ref(), event.time().plusSeconds(1));
      events.put(amendment.ref(), amendment);
    }
    String all = newTenant();
    append(all, List.copyOf(events.values()));
    for (Scope scope : scopes(all, events.values())) {
      String visible = newTenant();
      append(
          visible,
          events.values().stream()
              .flatMap(
                  event ->
                      Reduction.reduce(
                          event,
                          scope,
                          ref -> Optional.ofNullable(events.get(ref)).map(AuditEvent::targets))
                          .stream())
              .toList());
      Scope whole = Scope.of(visible);

      for (View view : View.values()) {
        assertThat(seen(scope, view)).as("%s %s", view, scope).isEqualTo(seen(whole, view));
      }
      assertThat(store().facets(scope, Query.all(), EnumSet.allOf(Field.class), 1000))
          .as("%s", scope)
          .isEqualTo(store().facets(whole, Query.all(), EnumSet.allOf(Field.class), 1000));
      assertThat(store().histogram(scope, Query.all(), Duration.ofDays(1)))
          .as("%s", scope)
          .isEqualTo(store().histogram(whole, Query.all(), Duration.ofDays(1)));
    }
  }

  private static Set<Scope> scopes(String tenant, Collection<AuditEvent> events) {
    Set<Scope> scopes = new LinkedHashSet<>();
    scopes.add(new Scope(tenant, Set.of("nowhere"), null));
    for (AuditEvent event : events) {
      for (Target target : event.targets()) {
        target.environmentName().ifPresent(one -> scopes.add(new Scope(tenant, Set.of(one), null)));
        target.serviceName().ifPresent(one -> scopes.add(new Scope(tenant, null, Set.of(one))));
      }
    }
    return scopes;
  }

  private List<AuditEvent> seen(Scope scope, View view) {
    return search(scope, Query.all(), view).stream().map(StoredEvent::event).toList();
  }

  @Test
  void pagesAreCompleteAndWithoutDuplicatesWhileOthersAppend() throws Exception {
    String tenant = newTenant();
    List<AuditEvent> before = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      before.add(
          Samples.deployment("before-" + i, Samples.START.plusSeconds(i % 50), Samples.CHECKOUT));
    }
    List<String> there = append(tenant, before).stream().map(AppendResult::eventId).toList();
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger more = new AtomicInteger();
    Thread writer =
        new Thread(
            () -> {
              while (!done.get()) {
                int i = more.getAndIncrement();
                append(
                    tenant,
                    Samples.deployment(
                        "later-" + i, Samples.START.plusSeconds(i % 50), Samples.CHECKOUT));
              }
            });
    writer.start();
    try {
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> more.get() > 0);
      for (Order order : Order.values()) {
        List<String> seen =
            search(
                    store(),
                    Scope.of(tenant),
                    Query.all().where(Field.SERVICE, "checkout"),
                    View.FOLDED,
                    order,
                    11)
                .stream()
                .map(StoredEvent::eventId)
                .toList();
        assertThat(seen).doesNotHaveDuplicates().containsAll(there);
      }
    } finally {
      done.set(true);
      writer.join();
    }
  }

  @Test
  void aPageHasFromOneToAThousandEvents() {
    Scope scope = Scope.of(newTenant());
    for (int limit : new int[] {0, -1, AuditStore.MAX_PAGE + 1}) {
      assertThatThrownBy(
              () -> store().search(scope, Query.all(), View.RAW, Order.OLDEST_FIRST, null, limit))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(store().search(scope, Query.all(), View.RAW, Order.OLDEST_FIRST, null, 1000))
        .isEqualTo(new Page(List.of(), null));
  }

  @Test
  void theLastFullPageHasNoNext() {
    String tenant = newTenant();
    append(tenant, Samples.deployment("d1"), Samples.deployment("d2"));

    Page page =
        store().search(Scope.of(tenant), Query.all(), View.RAW, Order.OLDEST_FIRST, null, 2);

    assertThat(page.events()).hasSize(2);
    assertThat(page.next()).isNull();
    StoredEvent last = page.events().get(1);
    assertThat(
            store()
                .search(
                    Scope.of(tenant),
                    Query.all(),
                    View.RAW,
                    Order.OLDEST_FIRST,
                    new Position(last.event().time(), last.seq()),
                    2)
                .events())
        .isEmpty();
  }

  @Test
  void changesAreFoundByTextPathValueAndCommit() {
    String tenant = newTenant();
    AuditEvent config =
        Samples.config(
            "c1",
            Samples.START,
            Samples.config("u"),
            "{\"spec\":{\"replicas\":3},\"image\":\"shop:1.4.1\"}",
            "{\"spec\":{\"replicas\":5},\"image\":\"shop:1.4.2\"}");
    AuditEvent deployment = Samples.deployment("d1");
    append(tenant, config, deployment);

    assertThat(found(tenant, Query.all().withPath("replicas"))).containsExactly(config);
    assertThat(found(tenant, Query.all().withPath("spec.replicas"))).containsExactly(config);
    assertThat(found(tenant, Query.all().withPath("licas"))).isEmpty();
    assertThat(found(tenant, Query.all().withValue("3"))).containsExactly(config);
    assertThat(found(tenant, Query.all().withValue("shop:1.4.2"))).containsExactly(config);
    assertThat(found(tenant, Query.all().withText("FASTER Page"))).containsExactly(deployment);
    assertThat(found(tenant, Query.all().withText("fast"))).isEmpty();
    assertThat(found(tenant, Query.all().withText("page-faster-pag*"))).containsExactly(deployment);
    assertThat(found(tenant, Query.all().withText("page-faster-page*")))
        .containsExactly(deployment);
    assertThat(found(tenant, Query.all().withText("page-faste-page*"))).isEmpty();
    assertThat(found(tenant, Query.all().withText("fast*"))).containsExactly(deployment);
    String revision = Samples.REVISION;
    assertThat(found(tenant, Query.all().where(Field.REVISION, revision.substring(0, 7))))
        .containsExactly(deployment);
    assertThat(found(tenant, Query.all().where(Field.REVISION, revision.substring(0, 6))))
        .isEmpty();
  }

  @Test
  void aPushIsFoundByEachCommitThatItBrought() {
    String tenant = newTenant();
    String inside = "a".repeat(40);
    AuditEvent push =
        AuditEvent.builder(
                new EventRef("https://github.com/acme/shop", "push"),
                Samples.START,
                Actor.unknown(),
                Change.of(ChangeKind.CODE, Phase.OCCURRED, "push").summary("two commits").build())
            .provenance(
                new Provenance(
                    new Provenance.Vcs(
                        "https://github.com/acme/shop",
                        Samples.REVISION,
                        "main",
                        null,
                        null,
                        null,
                        null),
                    null,
                    List.of()))
            .attribute(
                AuditEvent.REVISIONS,
                JsonNodeFactory.instance.arrayNode().add(inside).add(Samples.REVISION))
            .build();
    append(tenant, push);

    for (String revision : List.of(inside, inside.substring(0, 7), Samples.REVISION)) {
      assertThat(found(tenant, Query.all().where(Field.REVISION, revision))).containsExactly(push);
    }
  }

  @Test
  void aPrefixOfVeryManyWordsIsAnsweredToo() {
    String tenant = newTenant();
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < 1200; i++) {
      AuditEvent event = Samples.deployment("d" + i);
      events.add(
          event.toBuilder()
              .change(event.change().toBuilder().summary("prefix" + i).build())
              .build());
    }
    append(tenant, events);
    append(tenant, Samples.deployment("other"));

    Query query = Query.all().withText("prefix*");
    assertThat(search(store(), Scope.of(tenant), query, View.FOLDED, Order.OLDEST_FIRST, 500))
        .hasSize(1200);
    assertThat(store().histogram(Scope.of(tenant), query, Duration.ofHours(1)).total())
        .isEqualTo(1200);
  }

  @Test
  void aBucketMayBeginBeforeAndEndAfterAllTimesThatEventsHave() {
    String tenant = newTenant();
    Instant early = Instant.parse("1679-01-01T00:00:00Z");
    Instant late = Instant.parse("2261-01-01T00:00:00Z");
    append(
        tenant,
        Samples.deployment("d1", early, Samples.CHECKOUT),
        Samples.deployment("d2", late, Samples.CHECKOUT));
    Duration width = Duration.ofDays(36_500);

    Histogram histogram = store().histogram(Scope.of(tenant), Query.all(), width);

    assertThat(histogram.buckets())
        .containsExactly(
            new Histogram.Bucket(Instant.EPOCH.minus(width.multipliedBy(3)), 1),
            new Histogram.Bucket(Instant.EPOCH.plus(width.multipliedBy(2)), 1));
  }

  @Test
  void theStartOfARangeBelongsToItAndItsEndDoesNot() {
    String tenant = newTenant();
    AuditEvent one = Samples.deployment("d1");
    AuditEvent two = Samples.deployment("d2", Samples.START.plusNanos(1), Samples.CHECKOUT);
    append(tenant, one, two);

    assertThat(found(tenant, Query.all().between(one.time(), two.time()))).containsExactly(one);
    assertThat(found(tenant, Query.all().between(two.time(), null))).containsExactly(two);
    assertThat(found(tenant, Query.all().between(one.time(), one.time()))).isEmpty();
    assertThat(found(tenant, Query.all().between(java.time.Instant.MIN, java.time.Instant.MAX)))
        .containsExactly(one, two);
  }

  @Test
  void amendmentsAreFoldedOrShownAsTheyWere() {
    String tenant = newTenant();
    AuditEvent event = Samples.deployment("d1");
    AuditEvent early = Samples.amendment("a1", event.ref(), event.time().minusSeconds(5));
    append(tenant, early);
    Query byTicket = Query.all().where(Field.TICKET, "OPS-17");
    assertThat(found(tenant, byTicket)).as("nothing to amend yet").isEmpty();

    append(tenant, event);

    assertThat(found(tenant, byTicket))
        .extracting(AuditEvent::ref, folded -> folded.change().ticket())
        .containsExactly(org.assertj.core.groups.Tuple.tuple(event.ref(), "OPS-17"));
    assertThat(search(Scope.of(tenant), byTicket, View.RAW))
        .extracting(StoredEvent::event)
        .containsExactly(early);
    assertThat(search(Scope.of(tenant), Query.all(), View.RAW))
        .extracting(StoredEvent::event)
        .containsExactly(early, event);
    assertThat(store().find(Scope.of(tenant), event.ref(), View.RAW).orElseThrow().event())
        .isEqualTo(event);
  }

  @Test
  void anAmendmentTellsALimitedReaderNothingOfWhatIsHiddenInTheEventThatItAmends() {
    String tenant = newTenant();
    AuditEvent event = Samples.deployment("d1", Samples.START, Samples.CHECKOUT, Samples.PAYMENT);
    AuditEvent amendment = Samples.amendment("a1", event.ref(), event.time());
    List<AppendResult> results = append(tenant, event, amendment);
    Scope limited = new Scope(tenant, null, Set.of("checkout"));

    List<StoredEvent> seen = new ArrayList<>(search(limited, Query.all(), View.RAW));
    seen.addAll(store().readFrom(limited, 0, 10));
    for (View view : View.values()) {
      store().get(limited, results.get(1).eventId(), view).ifPresent(seen::add);
      store().find(limited, amendment.ref(), view).ifPresent(seen::add);
    }
    assertThat(search(limited, Query.all().where(Field.TICKET, "OPS-17"), View.RAW)).isEmpty();
    assertThat(seen)
        .isNotEmpty()
        .allSatisfy(stored -> assertThat(stored.reduced()).isTrue())
        .extracting(stored -> stored.event().change().ticket())
        .containsOnlyNulls();
  }

  @Test
  void anAmendmentCannotMakeAnEventInvalid() {
    String tenant = newTenant();
    AuditEvent event = Samples.deployment("d1");
    AuditEvent amendment =
        Samples.amendment("a1", event.ref(), event.time()).toBuilder()
            .target(new io.changetrail.model.Target("checkout", null, null, null, null, null))
            .build();

    assertThat(append(tenant, event, amendment))
        .extracting(AppendResult::status)
        .containsOnly(AppendResult.Status.ACCEPTED);
    assertThat(found(tenant, Query.all()))
        .singleElement()
        .satisfies(folded -> assertThat(folded.change().ticket()).isEqualTo("OPS-17"));
  }

  @Test
  void bucketsBeginAtMultiplesOfTheirWidth() {
    String tenant = newTenant();
    append(tenant, Samples.deployment("d1", Samples.START.plusSeconds(59), Samples.CHECKOUT));

    assertThat(store().histogram(Scope.of(tenant), Query.all(), Duration.ofMinutes(1)).buckets())
        .containsExactly(new Histogram.Bucket(Samples.START, 1));
  }

  /** Also where a bucket has more events than are looked at one by one, and ends within one. */
  @Test
  void bucketsOfManyEventsAreCountedExactly() {
    String tenant = newTenant();
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      Instant time = Samples.START.plusSeconds(i < 40 ? 0 : i);
      events.add(Samples.deployment("d" + i, time, Samples.CHECKOUT));
    }
    append(tenant, events);
    Query query =
        Query.all().between(Samples.START, Samples.START.plusSeconds(130).plusMillis(500));
    List<Histogram.Bucket> expected =
        List.of(
            new Histogram.Bucket(Samples.START, 60),
            new Histogram.Bucket(Samples.START.plusSeconds(60), 60),
            new Histogram.Bucket(Samples.START.plusSeconds(120), 11));

    for (Query asked :
        List.of(
            query,
            query.where(Field.SERVICE, "checkout"),
            query.where(Field.SERVICE, "checkout").where(Field.KIND, "deployment"))) {
      assertThat(store().histogram(Scope.of(tenant), asked, Duration.ofMinutes(1)).buckets())
          .as("%s", asked)
          .isEqualTo(expected);
    }
    assertThat(store().histogram(Scope.of(tenant), Query.all(), Duration.ofDays(366)).total())
        .isEqualTo(150);
  }

  @Test
  void facetsAreInOrderOfCountThenValue() {
    String tenant = newTenant();
    append(
        tenant,
        Samples.deployment("d1", Samples.START, Samples.PAYMENT),
        Samples.deployment("d2", Samples.START, Samples.CHECKOUT),
        Samples.deployment("d3", Samples.START, Samples.CHECKOUT, Samples.PAYMENT));

    List<Facet> facets =
        store().facets(Scope.of(tenant), Query.all(), EnumSet.of(Field.SERVICE, Field.TRACE), 10);

    assertThat(facets)
        .containsExactly(
            new Facet(
                Field.SERVICE,
                List.of(new Facet.Count("checkout", 2), new Facet.Count("payment", 2))),
            new Facet(Field.TRACE, List.of()));
    assertThat(facets).isSortedAccordingTo(Comparator.comparing(Facet::field));
  }

  /** As a catalogue that selects workloads asks: some names, and a selector beside them. */
  @Test
  void S1_aServiceIsAlsoFoundAsTheWorkloadsThatAreSelectedForIt() {
    String tenant = newTenant();
    Set<String> services = Set.of("checkout", "workload:shop/checkout-*");
    AuditEvent named = Samples.deployment("named");
    AuditEvent selected = inNamespace("selected", "shop", "checkout-config");
    AuditEvent elsewhere = inNamespace("elsewhere", "other", "checkout-config");
    append(tenant, named, selected, elsewhere, inNamespace("another", "shop", "cart-config"));
    Query query = Query.all().where(Field.SERVICE, services);

    assertThat(found(tenant, query)).containsExactly(named, selected);
    assertThat(found(tenant, query.where(Field.NAMESPACE, "shop"))).containsExactly(selected);
    assertThat(store().histogram(Scope.of(tenant), query, Duration.ofHours(1)).total())
        .isEqualTo(2);
    Scope limited = new Scope(tenant, null, services);
    assertThat(search(limited, Query.all(), View.FOLDED))
        .extracting(StoredEvent::event)
        .containsExactly(named, selected);
    for (Scope scope : List.of(Scope.of(tenant), limited)) {
      assertThat(store().states(scope, services, Set.of(), Samples.START))
          .extracting(state -> state.target())
          .containsExactly(selected.targets().get(0));
    }
    assertThat(store().states(limited, Set.of(), Set.of(), Samples.START)).hasSize(1);
  }

  private static AuditEvent inNamespace(String id, String namespace, String object) {
    return Samples.config(
        id,
        Samples.START,
        new Target(
            null, "prod", null, "eu-1", namespace, new Resource("ConfigMap", object, "uid-" + id)),
        null,
        "{\"a\":1}");
  }

  private List<AuditEvent> found(String tenant, Query query) {
    return search(Scope.of(tenant), query, View.FOLDED).stream().map(StoredEvent::event).toList();
  }
}
