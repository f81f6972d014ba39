// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.ArbitraryEvents;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.Origin;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.AuditStore.Leaf;
import io.changetrail.store.Field;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Query;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Taking events: each on its own, once, durable, in one order. */
abstract class AppendContract extends StoreUnderTest {

  @Provide
  Arbitrary<List<AuditEvent>> anyEvents() {
    return ArbitraryEvents.events().list().ofMinSize(1).ofMaxSize(8);
  }

  @Property(tries = 100)
  void S1_everyEventIsGivenBackAsItWas(@ForAll("anyEvents") List<AuditEvent> events) {
    String tenant = newTenant();
    List<AppendResult> first = append(tenant, events);
    List<AppendResult> again = append(tenant, events);

    for (int i = 0; i < events.size(); i++) {
      AppendResult result = first.get(i);
      assertThat(result.status()).isNotIn(Status.REJECTED, Status.SUPERSEDED);
      assertThat(again.get(i).eventId()).isEqualTo(result.eventId());
      assertThat(again.get(i).seq()).isEqualTo(result.seq());
      assertThat(again.get(i).status())
          .isEqualTo(result.status() == Status.CONFLICTING ? Status.CONFLICTING : Status.DUPLICATE);
      StoredEvent stored = store().get(Scope.of(tenant), result.eventId(), View.RAW).orElseThrow();
      assertThat(stored.contentHash())
          .isEqualTo(CanonicalContent.hash(stored.event()))
          .isEqualTo(CanonicalContent.hash(events.get(i)));
      if (result.status() == Status.ACCEPTED) {
        assertThat(stored.event()).isEqualTo(events.get(i));
      }
    }
    assertThat(search(Scope.of(tenant), Query.all(), View.RAW))
        .hasSameSizeAs(first.stream().map(AppendResult::seq).distinct().toList());
  }

  @Test
  void aSecondDeliveryOfAnEventIsADuplicate() {
    String tenant = newTenant();
    AuditEvent event = Samples.deployment("d1");
    AuditEvent again =
        event.toBuilder()
            .observedTime(event.time().plusSeconds(9))
            .origin(new Origin("other", "replica-2", "e", 7, null, null))
            .build();

    AppendResult first = append(tenant, event).get(0);
    AppendResult second = append(tenant, again).get(0);

    assertThat(first.status()).isEqualTo(Status.ACCEPTED);
    assertThat(first.seq()).isPositive();
    assertThat(second)
        .isEqualTo(new AppendResult(Status.DUPLICATE, first.eventId(), first.seq(), null));
  }

  @Test
  void theSameEventTwiceInOneBatchIsStoredOnce() {
    String tenant = newTenant();
    AuditEvent event = Samples.deployment("d1");

    assertThat(append(tenant, event, event))
        .extracting(AppendResult::status)
        .containsExactly(Status.ACCEPTED, Status.DUPLICATE);
    assertThat(search(Scope.of(tenant), Query.all(), View.RAW)).hasSize(1);
  }

  @Test
  void anotherContentUnderTheSameIdIsKeptApartAndFlagged() {
    String tenant = newTenant();
    AuditEvent event = Samples.deployment("d1");
    AuditEvent other = event.toBuilder().time(event.time().plusSeconds(1)).build();

    AppendResult first = append(tenant, event).get(0);
    AppendResult conflict = append(tenant, other).get(0);

    assertThat(conflict.status()).isEqualTo(Status.CONFLICTING);
    assertThat(conflict.eventId()).isNotEqualTo(first.eventId());
    assertThat(conflict.detail()).isNotBlank();
    assertThat(append(tenant, other).get(0)).isEqualTo(conflict);
    assertThat(store().find(Scope.of(tenant), event.ref(), View.RAW).orElseThrow())
        .satisfies(stored -> assertThat(stored.event()).isEqualTo(event))
        .satisfies(stored -> assertThat(stored.conflicting()).isFalse());
    assertThat(store().get(Scope.of(tenant), conflict.eventId(), View.RAW).orElseThrow())
        .satisfies(stored -> assertThat(stored.event()).isEqualTo(other))
        .satisfies(stored -> assertThat(stored.conflicting()).isTrue());
  }

  @Test
  void aConflictingAmendmentAmendsNothing() {
    String tenant = newTenant();
    AuditEvent event = Samples.deployment("d1");
    AuditEvent amendment = Samples.amendment("a1", event.ref(), event.time());
    AuditEvent conflict =
        amendment.toBuilder().attribute("forged", TextNode.valueOf("yes")).build();

    append(tenant, event, amendment, conflict);

    assertThat(store().find(Scope.of(tenant), event.ref(), View.FOLDED).orElseThrow().event())
        .satisfies(folded -> assertThat(folded.change().ticket()).isEqualTo("OPS-17"))
        .satisfies(folded -> assertThat(folded.attributes()).isEmpty());
  }

  @Test
  void oneBadEventCostsNothingElseInItsBatch() {
    String tenant = newTenant();
    AuditEvent good = Samples.deployment("d1");
    AuditEvent ancient =
        Samples.deployment("d2", Instant.parse("0001-01-01T00:00:00Z"), Samples.CHECKOUT);

    List<AppendResult> results = append(tenant, good, ancient, Samples.deployment("d3"));

    assertThat(results.get(0).status()).isEqualTo(Status.ACCEPTED);
    assertThat(results.get(2).status()).isEqualTo(Status.ACCEPTED);
    assertThat(results.get(1))
        .matches(
            result ->
                result.status() == Status.ACCEPTED
                    || (result.status() == Status.REJECTED && result.detail() != null));
    assertThat(append(tenant, List.of())).isEmpty();
  }

  @Test
  void aConditionalAppendNeedsTheStateThatItExpects() {
    String tenant = newTenant();
    AuditEvent create = Samples.config("c1", Samples.START, Samples.config("u"), null, "{\"a\":1}");
    AuditEvent update =
        Samples.config(
            "c2", Samples.START.plusSeconds(1), Samples.config("u"), "{\"a\":1}", "{\"a\":2}");
    AuditEvent late =
        Samples.config(
            "c3", Samples.START.plusSeconds(2), Samples.config("u"), "{\"a\":1}", "{\"a\":3}");
    String one = CanonicalContent.hash(Samples.json("{\"a\":1}"));

    List<AppendResult> results =
        store()
            .append(
                List.of(
                    conditional(tenant, create, ""),
                    conditional(tenant, update, one),
                    conditional(tenant, late, one)));

    assertThat(results)
        .extracting(AppendResult::status)
        .containsExactly(Status.ACCEPTED, Status.ACCEPTED, Status.SUPERSEDED);
    assertThat(results.get(2).seq()).isZero();
    assertThat(store().find(Scope.of(tenant), late.ref(), View.RAW)).isEmpty();
    assertThat(store().append(List.of(conditional(tenant, create, ""))).get(0).status())
        .as("a retry")
        .isEqualTo(Status.DUPLICATE);
  }

  @Test
  void aSourceReadsTheNewestStatesOfItsResourcesInPages() {
    String tenant = newTenant();
    AuditEvent one = Samples.config("c1", Samples.START, Samples.config("u1"), null, "{\"a\":1}");
    AuditEvent changed =
        Samples.config(
            "c2", Samples.START.plusSeconds(1), Samples.config("u1"), "{\"a\":1}", "{\"a\":2}");
    AuditEvent two = Samples.config("c3", Samples.START, Samples.config("u2"), null, "{\"b\":1}");
    AuditEvent gone = Samples.config("c4", Samples.START, Samples.config("u3"), null, "{\"c\":1}");
    AuditEvent deleted =
        Samples.config("c5", Samples.START.plusSeconds(1), Samples.config("u3"), "{\"c\":1}", null);
    append(tenant, one, changed, two, gone, deleted);
    append(newTenant(), two);
    String source = one.ref().source();

    List<ResourceState> first = store().resources(tenant, source, "", 1);
    List<ResourceState> rest = store().resources(tenant, source, first.get(0).key().key(), 10);

    assertThat(first)
        .extracting(ResourceState::hash)
        .containsExactly(CanonicalContent.hash(Samples.json("{\"a\":2}")));
    assertThat(rest)
        .extracting(ResourceState::hash)
        .containsExactly(CanonicalContent.hash(Samples.json("{\"b\":1}")));
    assertThat(store().resources(tenant, "/another", "", 10)).isEmpty();
  }

  @Test
  void aRolloutThatBeginsHasWrittenItsObjectAndOneThatIsPlannedHasNot() {
    String tenant = newTenant();
    AuditEvent create = Samples.config("s1", Samples.START, Samples.config("u"), null, "{\"a\":1}");
    AuditEvent begins =
        inPhase(
            Phase.STARTED,
            Samples.config(
                "s2", Samples.START.plusSeconds(1), Samples.config("u"), "{\"a\":1}", "{\"a\":2}"));
    AuditEvent planned =
        inPhase(
            Phase.PLANNED,
            Samples.config(
                "s3", Samples.START.plusSeconds(2), Samples.config("u"), "{\"a\":2}", "{\"a\":3}"));

    append(tenant, create, begins, planned);

    assertThat(store().states(Scope.of(tenant), Set.of(), Set.of(), Samples.START.plusSeconds(3)))
        .extracting(ResourceState::state)
        .containsExactly(Samples.json("{\"a\":2}"));
  }

  private static AuditEvent inPhase(Phase phase, AuditEvent event) {
    Change change = event.change();
    return event.toBuilder()
        .change(Change.of(change.kind(), phase, change.action()).state(change.state()).build())
        .build();
  }

  private static NewEvent conditional(String tenant, AuditEvent event, String expected) {
    return new NewEvent(tenant, event, event.time(), null, expected);
  }

  @Test
  void thingsOfAnySizeAndScriptAreKept() {
    String tenant = newTenant();
    AuditEvent.Builder large = Samples.deployment("größe-日本-👩‍🚀").toBuilder();
    for (int i = 0; i < 60; i++) {
      large.attribute("acme.part" + i, TextNode.valueOf("é日👩‍🚀x".repeat(280)));
    }
    AuditEvent event = large.build();

    append(tenant, event);

    assertThat(store().find(Scope.of(tenant), event.ref(), View.FOLDED).orElseThrow().event())
        .isEqualTo(event);
  }

  @Test
  void S1_batchesOfNoneOfOneAndOfThousandsAreTaken() {
    String tenant = newTenant();
    assertThat(append(tenant, List.of())).isEmpty();
    assertThat(append(tenant, Samples.deployment("one"))).hasSize(1);
    List<AuditEvent> many = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      many.add(Samples.deployment("d" + i));
    }

    List<AppendResult> results = append(tenant, many);

    assertThat(results)
        .hasSize(5000)
        .allSatisfy(result -> assertThat(result.status()).isEqualTo(Status.ACCEPTED));
    assertThat(results).extracting(AppendResult::seq).isSorted().doesNotHaveDuplicates();
    assertThat(store().histogram(Scope.of(tenant), Query.all(), Duration.ofHours(1)).total())
        .isEqualTo(5001);
  }

  /** As long as an event may have them; in letters of four bytes. */
  @Test
  void S1_anEventWithTheLongestNamesAndTheMostTargetsIsKeptAndFoundByEach() {
    String tenant = newTenant();
    EventRef ref = new EventRef("/" + "𝒮".repeat(511), "𝒾".repeat(256));
    AuditEvent.Builder largest = Samples.deployment("x").toBuilder().ref(ref);
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < AuditEvent.MAX_TARGETS; i++) {
      targets.add(Target.service("𝓈".repeat(126) + String.format("%04d", i), "prod"));
    }
    AuditEvent event = largest.targets(targets).build();

    append(tenant, event);

    Scope scope = Scope.of(tenant);
    assertThat(store().find(scope, ref, View.FOLDED).orElseThrow().event()).isEqualTo(event);
    for (int i : new int[] {0, 999}) {
      String service = targets.get(i).serviceName().orElseThrow();
      assertThat(search(scope, Query.all().where(Field.SERVICE, service), View.FOLDED)).hasSize(1);
      assertThat(search(new Scope(tenant, null, Set.of(service)), Query.all(), View.FOLDED))
          .singleElement()
          .satisfies(seen -> assertThat(seen.event().targets()).containsExactly(targets.get(i)));
    }
    assertThat(search(scope, Query.all().where(Field.SOURCE, ref.source()), View.FOLDED))
        .hasSize(1);
  }

  @Test
  void aClockThatIsCenturiesOffCostsNothing() {
    String tenant = newTenant();
    AuditEvent event = Samples.deployment("d1");

    AppendResult result =
        store()
            .append(
                List.of(new NewEvent(tenant, event, event.time(), Duration.ofDays(400_000), null)))
            .get(0);

    assertThat(result.status()).isEqualTo(Status.ACCEPTED);
    assertThat(store().sources(Scope.of(tenant)).get(0).clockOffset()).isNull();
  }

  @Test
  void appendsOfManyThreadsGetOneOrderWithoutHoles() throws Exception {
    String tenant = newTenant();
    long before = store().health().lastSeq();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<List<AppendResult>>> running = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      int own = thread;
      running.add(
          threads.submit(
              () -> {
                List<AppendResult> results = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                  results.addAll(
                      append(
                          tenant,
                          Samples.deployment(own + "-" + i),
                          Samples.deployment("shared-" + i)));
                }
                return results;
              }));
    }
    List<AppendResult> all = new ArrayList<>();
    for (Future<List<AppendResult>> one : running) {
      all.addAll(one.get());
    }
    threads.shutdown();

    assertThat(all.stream().filter(result -> result.status() == Status.ACCEPTED)).hasSize(180);
    List<StoredEvent> read = store().readFrom(Scope.of(tenant), before, 1000);
    assertThat(read).hasSize(180);
    assertThat(read).extracting(StoredEvent::seq).isSorted().doesNotHaveDuplicates();
    List<Leaf> leaves = store().leaves(before + 1, 1000);
    assertThat(leaves)
        .extracting(Leaf::seq)
        .isEqualTo(read.stream().map(StoredEvent::seq).toList());
    assertThat(leaves).extracting(Leaf::hash).doesNotHaveDuplicates();
    assertThat(store().health().lastSeq()).isEqualTo(read.get(179).seq());
  }

  @Test
  void tenantsHaveNothingOfEachOther() {
    String one = newTenant();
    String other = newTenant();
    AuditEvent event = Samples.deployment("d1");

    AppendResult first = append(one, event).get(0);
    AppendResult second = append(other, event).get(0);

    assertThat(second.status()).isEqualTo(Status.ACCEPTED);
    assertThat(second.eventId()).isNotEqualTo(first.eventId());
    assertThat(store().get(Scope.of(other), first.eventId(), View.RAW)).isEmpty();
    assertThat(search(Scope.of(other), Query.all(), View.RAW)).hasSize(1);
    assertThat(store().readFrom(Scope.of(other), 0, 10)).hasSize(1);
  }
}
