// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Provenance;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Facet;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Erasing personal data: all of one account, nothing of others, and every proof still holds. */
abstract class ErasureContract extends SearchContract {
  private static final Actor MALLORY = user("mallory7f", "Mallory Quill");
  private static final Actor BOB = user("bob", "Robert Brown");
  private static final Actor ROBOT =
      new Actor("robot", null, Actor.Kind.SERVICE, null, Actor.Evidence.DECLARED);

  private static Actor user(String id, String name) {
    return new Actor(id, name, Actor.Kind.USER, null, Actor.Evidence.DECLARED);
  }

  private static AuditEvent event(
      String id,
      Actor actor,
      @Nullable Actor principal,
      @Nullable String reason,
      @Nullable String author,
      @Nullable String message) {
    AuditEvent event = Samples.deployment(id);
    return event.toBuilder()
        .actor(actor)
        .onBehalfOf(principal)
        .change(event.change().toBuilder().reason(reason).build())
        .provenance(
            new Provenance(
                new Provenance.Vcs("acme/shop", null, null, author, message, null, null),
                null,
                List.of()))
        .build();
  }

  /** An amendment that tells who it was and who wrote the commit. */
  private static AuditEvent naming(String id, EventRef amends) {
    AuditEvent amendment = Samples.amendment(id, amends, Samples.START);
    return amendment.toBuilder()
        .actor(new Actor("mallory7f", "Mallory Quill", Actor.Kind.USER, null, strong()))
        .provenance(
            new Provenance(
                new Provenance.Vcs(
                    null, null, null, "Mallory Quill <mallory7f>", "Tidy", null, null),
                null,
                List.of()))
        .build();
  }

  private static Actor.Evidence strong() {
    return Actor.Evidence.AUDIT_LOG;
  }

  /** Every way in which one account can be in an event. */
  private static List<AuditEvent> withMallory() {
    AuditEvent unnamed = event("p6", ROBOT, null, null, null, null);
    AuditEvent twice = event("p1", MALLORY, null, "because of me", null, null);
    return List.of(
        twice,
        event("p2", ROBOT, MALLORY, "my idea", null, "My work"),
        event("p3", ROBOT, BOB, "nightly", "Mallory Quill <mallory7f>", "Own work"),
        event("p4", ROBOT, BOB, "nightly", "mallory quill", "Own work"),
        event("p5", BOB, null, "asked by @mallory7f.", "carol", "For Mallory Quill: faster"),
        unnamed,
        naming("p7", unnamed.ref()),
        naming("p8", new EventRef(Samples.GITHUB, "not there")),
        twice.toBuilder().time(twice.time().plusSeconds(1)).build());
  }

  /** All that any reader is shown of a tenant, in lower case. */
  private List<String> everythingReadable(String tenant) {
    List<String> shown = new ArrayList<>();
    for (Scope scope : List.of(Scope.of(tenant), new Scope(tenant, Set.of("prod"), null))) {
      for (View view : View.values()) {
        for (StoredEvent found :
            search(store(), scope, Query.all(), view, Order.NEWEST_FIRST, 100)) {
          shown.add(found.toString());
          shown.add(store().get(scope, found.eventId(), view).orElseThrow().toString());
          shown.add(store().find(scope, found.event().ref(), view).orElseThrow().toString());
        }
      }
      store().readFrom(scope, 0, 1000).forEach(one -> shown.add(one.toString()));
      store()
          .facets(scope, Query.all(), EnumSet.allOf(Field.class), 1000)
          .forEach(facet -> shown.add(facet.toString()));
    }
    return shown.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
  }

  private long found(String tenant, Query query) {
    return Stream.of(View.values())
        .mapToLong(view -> search(Scope.of(tenant), query, view).size())
        .sum();
  }

  @Test
  void S1_anErasedAccountIsGoneFromAllThatCanBeReadOrFound() {
    String tenant = newTenant();
    String other = newTenant();
    append(tenant, withMallory());
    append(other, withMallory());
    List<Query> queries =
        List.of(
            Query.all().where(Field.ACTOR, "mallory7f"),
            Query.all().withText("mallory7f"),
            Query.all().withText("mallo*"),
            Query.all().withText("Quill"),
            Query.all().withText("idea"),
            Query.all().withText("own work"));
    assertThat(queries).allSatisfy(query -> assertThat(found(tenant, query)).isPositive());
    assertThat(everythingReadable(tenant)).anyMatch(text -> text.contains("mallory"));
    List<String> untouched = everythingReadable(other);

    assertThat(store().erasePersonal(tenant, "mallory7f")).isEqualTo(8);

    assertThat(everythingReadable(tenant))
        .noneMatch(text -> text.contains("mallory") || text.contains("quill"));
    assertThat(queries).allSatisfy(query -> assertThat(found(tenant, query)).isZero());
    assertThat(store().erasePersonal(tenant, "mallory7f")).as("a second time").isZero();
    assertThat(everythingReadable(other)).isEqualTo(untouched);
  }

  @Test
  void whatOthersDidAndWroteInTheSameEventStays() {
    String tenant = newTenant();
    AuditEvent event = event("p1", MALLORY, BOB, "the sale begins", "carol", "Cache prices");
    AuditEvent mention = event("p2", BOB, null, "see mallory7f-dev and mallory7fx", "dave", "Fix");
    append(tenant, event, mention);

    assertThat(store().erasePersonal(tenant, "mallory7f")).isEqualTo(1);

    StoredEvent stored = store().find(Scope.of(tenant), event.ref(), View.FOLDED).orElseThrow();
    assertThat(stored.event())
        .isEqualTo(
            event.toBuilder()
                .actor(user(stored.event().actor().id(), stored.event().actor().id()))
                .build());
    assertThat(stored.event().actor().id()).isNotBlank().isNotEqualTo("mallory7f");
    assertThat(store().find(Scope.of(tenant), mention.ref(), View.FOLDED).orElseThrow().event())
        .isEqualTo(mention);
    for (String word : List.of("Brown", "sale", "carol", "prices")) {
      assertThat(search(Scope.of(tenant), Query.all().withText(word), View.FOLDED))
          .as(word)
          .isNotEmpty();
    }
    assertThat(
            store().facets(Scope.of(tenant), Query.all(), Set.of(Field.ACTOR), 9).get(0).values())
        .contains(new Facet.Count("bob", 2));
  }

  @Test
  void erasureChangesNoLeafAndARedeliveryBringsNothingBack() {
    String tenant = newTenant();
    List<AuditEvent> events = withMallory();
    List<AppendResult> results = append(tenant, events);
    long first = results.get(0).seq();
    var leaves = store().leaves(first, 100);

    store().erasePersonal(tenant, "mallory7f");

    assertThat(store().leaves(first, 100)).isEqualTo(leaves);
    assertThat(append(tenant, events))
        .extracting(AppendResult::status)
        .containsOnly(Status.DUPLICATE, Status.CONFLICTING);
    assertThat(everythingReadable(tenant)).noneMatch(text -> text.contains("mallory"));
    assertThat(search(Scope.of(tenant), Query.all(), View.RAW)).hasSameSizeAs(events);
  }
}
