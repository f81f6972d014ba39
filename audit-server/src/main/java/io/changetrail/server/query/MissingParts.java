// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import io.changetrail.model.grouping.Observation;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.View;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a change should have and has not. All is as the reader sees it: what lies outside of a scope
 * is missing there.
 */
final class MissingParts {
  /** How many events that could supply a part are looked at. */
  private static final int LOOK_AT = 200;

  /** The action of an event by which somebody let a change pass. */
  private static final String APPROVE = "approve";

  private final AuditStore store;
  private final Scope scope;

  MissingParts(AuditStore store, Scope scope) {
    this.store = store;
    this.scope = scope;
  }

  /** A part that can be missing. */
  enum Part {
    /** It began, and nobody said how it ended. */
    FINISH,
    /** Neither its events nor what is known of its artifacts name a revision. */
    COMMIT,
    /** A deployment of which the platform that should run it shows no workload. */
    ROLLOUT,
    /** No ticket, and no approval that names it, its declared change or its revision. */
    APPROVAL;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The parts that a request asks for by {@code without}; any of them may be missing. */
  static Set<Part> asked(Parameters parameters) {
    Set<Part> asked = EnumSet.noneOf(Part.class);
    for (String given : parameters.all("without")) {
      asked.add(
          Arrays.stream(Part.values())
              .filter(part -> part.wireName().equals(given))
              .findFirst()
              .orElseThrow(
                  () ->
                      Problem.field(
                              "without",
                              "must be one of "
                                  + Arrays.stream(Part.values())
                                      .map(Part::wireName)
                                      .collect(Collectors.joining(", ")))
                          .asException()));
    }
    return asked;
  }

  /** Which of the asked parts the change lacks. */
  Set<Part> of(ObservedChange change, Set<Part> asked) {
    Set<Part> missing = EnumSet.copyOf(asked);
    missing.removeIf(part -> !lacks(change, part));
    return missing;
  }

  private boolean lacks(ObservedChange change, Part part) {
    return switch (part) {
      case FINISH -> change.end() == null;
      case COMMIT ->
          values(change, MissingParts::revision).isEmpty()
              && nothing(
                  Query.all().where(Field.DIGEST, digests(change)),
                  event -> event.provenance().commit().map(Provenance.Vcs::revision).isPresent());
      case ROLLOUT ->
          change.kind().equals(ChangeKind.DEPLOYMENT)
              && change.targets().stream().map(Target::resource).allMatch(Objects::isNull);
      case APPROVAL ->
          values(change, event -> Stream.ofNullable(event.change().ticket())).isEmpty()
              && isUnapproved(change);
    };
  }

  private boolean isUnapproved(ObservedChange change) {
    Set<EventRef> refs = values(change, event -> Stream.of(event.ref()));
    Set<EventRef> causes = values(change, event -> event.links().causedBy().stream());
    Query approvals = Query.all().where(Field.ACTION, APPROVE);
    Set<String> sources = refs.stream().map(EventRef::source).collect(Collectors.toSet());
    return causes.stream()
            .map(cause -> store.find(scope, cause, View.FOLDED))
            .flatMap(java.util.Optional::stream)
            .noneMatch(cause -> isApproval(cause.event()))
        && nothing(
            approvals.where(
                Field.REFERS_TO, refs.stream().map(EventRef::toString).collect(Collectors.toSet())),
            MissingParts::isApproval)
        && nothing(
            approvals.where(Field.REVISION, values(change, MissingParts::revision)),
            MissingParts::isApproval)
        && nothing(
            approvals
                .where(
                    Field.CHANGE, values(change, event -> Stream.ofNullable(event.change().id())))
                .where(Field.SOURCE, sources),
            MissingParts::isApproval);
  }

  private static boolean isApproval(AuditEvent event) {
    Outcome outcome = event.change().outcome();
    return event.change().action().equals(APPROVE)
        && (outcome == null || outcome == Outcome.SUCCESS || outcome == Outcome.UNKNOWN);
  }

  /** Whether no event matches; of a query for one of no values none does. */
  private boolean nothing(Query query, Predicate<AuditEvent> wanted) {
    if (query.fields().values().stream().anyMatch(Set::isEmpty)) {
      return true;
    }
    return store
        .search(scope, query, View.FOLDED, Order.NEWEST_FIRST, null, LOOK_AT)
        .events()
        .stream()
        .noneMatch(stored -> wanted.test(stored.event()));
  }

  private static Set<String> digests(ObservedChange change) {
    return values(
        change,
        event ->
            event.provenance().artifacts().stream()
                .map(Provenance.Artifact::digest)
                .filter(Objects::nonNull));
  }

  private static Stream<String> revision(AuditEvent event) {
    return event.provenance().commit().map(Provenance.Vcs::revision).stream();
  }

  private static <T> Set<T> values(ObservedChange change, Function<AuditEvent, Stream<T>> of) {
    return change.observations().stream()
        .map(Observation::event)
        .flatMap(of)
        .collect(Collectors.toSet());
  }
}
