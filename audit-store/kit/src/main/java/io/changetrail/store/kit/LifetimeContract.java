// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Target;
import io.changetrail.store.Expiry;
import io.changetrail.store.Facet;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was in force when, and what goes after its time. */
abstract class LifetimeContract extends AppendContract {
  private static final Instant LATER = Samples.START.plus(Duration.ofDays(400));
  private static final Instant CUTOFF = Samples.START.plus(Duration.ofDays(100));

  private static Expiry expiry(boolean dryRun) {
    return new Expiry(Map.of(), CUTOFF, dryRun);
  }

  /** Expires, and checks that a dry run had told what goes. */
  private long expire(String tenant) {
    long told = store().expire(tenant, expiry(true));
    long gone = store().expire(tenant, expiry(false));
    assertThat(gone).as("what the dry run told").isEqualTo(told);
    assertThat(store().expire(tenant, expiry(false))).as("a second run").isZero();
    return gone;
  }

  private List<String> ids(String tenant) {
    return search(Scope.of(tenant), Query.all(), View.RAW).stream()
        .map(StoredEvent::event)
        .map(event -> event.ref().id())
        .toList();
  }

  private List<String> states(String tenant, String service, Instant at) {
    return store().states(Scope.of(tenant), Set.of(service), Set.of(), at).stream()
        .map(ResourceState::state)
        .map(String::valueOf)
        .toList();
  }

  @Test
  void S1_aServiceHasTheResourcesThatItHadAtThatInstant() {
    String tenant = newTenant();
    Target before = Samples.config("u");
    Target after =
        new Target(
            "payments",
            before.environment(),
            before.region(),
            before.cluster(),
            before.namespace(),
            before.resource());
    Instant moved = Samples.START.plusSeconds(60);
    append(
        tenant,
        Samples.config("m1", Samples.START, before, null, "{\"a\":1}"),
        Samples.config("m2", moved, after, "{\"a\":1}", "{\"a\":2}"));
    String service = java.util.Objects.requireNonNull(before.service());

    assertThat(states(tenant, service, Samples.START)).containsExactly("{\"a\":1}");
    assertThat(states(tenant, service, moved)).isEmpty();
    assertThat(states(tenant, "payments", Samples.START)).isEmpty();
    assertThat(states(tenant, "payments", moved)).containsExactly("{\"a\":2}");
  }

  @Test
  void S1_whatIsOldGoesFromEveryAnswerAndItsLeafStays() {
    String tenant = newTenant();
    AuditEvent old = Samples.deployment("old");
    AuditEvent recent = Samples.deployment("recent").toBuilder().time(LATER).build();
    long seq = append(tenant, old, recent).get(0).seq();
    String leaf = store().leaves(seq, 1).get(0).hash();

    assertThat(expire(tenant)).isEqualTo(1);

    Scope scope = Scope.of(tenant);
    assertThat(ids(tenant)).containsExactly("recent");
    assertThat(store().find(scope, old.ref(), View.RAW)).isEmpty();
    assertThat(store().facets(scope, Query.all(), Set.of(Field.SERVICE), 10))
        .flatExtracting(Facet::values)
        .allSatisfy(value -> assertThat(value.count()).isEqualTo(1));
    assertThat(store().leaves(seq, 1).get(0).hash()).isEqualTo(leaf);
    assertThat(append(tenant, old).get(0).status().name())
        .as("a late retry is known although its event is gone")
        .isEqualTo("DUPLICATE");
  }

  @Test
  void S1_whatIsHeldStaysUntilItIsReleased() {
    String tenant = newTenant();
    append(tenant, Samples.deployment("held"));
    store().hold(tenant, "case-7", Query.all().where(Field.KIND, "deployment"));

    assertThat(expire(tenant)).isZero();

    store().release(tenant, "case-7");
    assertThat(expire(tenant)).isEqualTo(1);
  }

  @Test
  void S1_theNewestStateOfALiveResourceStaysAndThatOfADeletedOneGoes() {
    String tenant = newTenant();
    append(
        tenant,
        Samples.config("l1", Samples.START, Samples.config("live"), null, "{\"a\":1}"),
        Samples.config(
            "l2", Samples.START.plusSeconds(1), Samples.config("live"), "{\"a\":1}", "{\"a\":2}"),
        Samples.config("d1", Samples.START, Samples.config("dead"), null, "{\"a\":1}"),
        Samples.config(
            "d2", Samples.START.plusSeconds(1), Samples.config("dead"), "{\"a\":1}", null));

    assertThat(expire(tenant)).isEqualTo(3);
    assertThat(ids(tenant)).containsExactly("l2");
  }

  @Test
  void S1_anAmendmentGoesWithWhatItAmendsAndNeverAlone() {
    String tenant = newTenant();
    AuditEvent recent = Samples.deployment("recent").toBuilder().time(LATER).build();
    List<AuditEvent> events = new ArrayList<>();
    events.add(Samples.deployment("old"));
    events.add(recent);
    events.add(Samples.amendment("early-fact", recent.ref(), Samples.START));
    // Far behind what it amends, so that a store that deletes in portions meets it much later.
    for (int i = 0; i < 450; i++) {
      events.add(Samples.deployment("filler-" + i).toBuilder().time(LATER.plusSeconds(i)).build());
    }
    events.add(Samples.amendment("late-fact", new EventRef(Samples.GITHUB, "old"), LATER));
    append(tenant, events);

    assertThat(expire(tenant)).isEqualTo(2);

    assertThat(ids(tenant))
        .hasSize(452)
        .contains("recent", "early-fact")
        .doesNotContain("old", "late-fact");
  }

  @Test
  void S1_eventsThatAmendEachOtherKeepNobodyFromExpiry() {
    String tenant = newTenant();
    EventRef one = new EventRef(Samples.KUBERNETES, "one");
    EventRef two = new EventRef(Samples.KUBERNETES, "two");
    append(
        tenant,
        Samples.amendment("one", two, Samples.START),
        Samples.amendment("two", one, Samples.START));

    assertThat(expire(tenant)).isEqualTo(2);
    assertThat(ids(tenant)).isEmpty();
  }
}
