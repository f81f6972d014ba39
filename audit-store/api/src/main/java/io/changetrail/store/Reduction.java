// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Provenance;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a reader with a limited scope sees of an event.
 *
 * <p>If all targets are in scope, everything but references to events that the reader cannot see.
 * If some are hidden, also diff, free text, attributes, links and everything unmapped go, because
 * any of them may speak of the hidden targets; what stays is who, when, the kind of change, the
 * visible targets and the commit, build and artifact.
 *
 * <p>An amendment without targets of its own is about those of the event that it amends. Whose
 * amended event is hidden is hidden too.
 */
public final class Reduction {
  private Reduction() {}

  /**
   * The visible part of an event.
   *
   * @param targetsOf all targets of the folded event of a source and id; empty if there is none
   * @return empty if no target is in scope
   */
  public static Optional<AuditEvent> reduce(
      AuditEvent event, Scope scope, Function<EventRef, Optional<List<Target>>> targetsOf) {
    if (scope.isWholeTenant()) {
      return Optional.of(event);
    }
    List<Target> about = event.targets();
    if (event.amends() != null) {
      Optional<List<Target>> amended = targetsOf.apply(event.amends());
      if (amended.isPresent() && amended.get().stream().noneMatch(scope::allows)) {
        return Optional.empty();
      }
      about = about.isEmpty() ? amended.orElse(List.of()) : about;
    }
    // Folding names each target once; what is left must not depend on which came first.
    about = about.stream().distinct().toList();
    List<Target> visible = about.stream().filter(scope::allows).toList();
    if (visible.isEmpty()) {
      return Optional.empty();
    }
    AuditEvent references =
        withoutHiddenReferences(
            event,
            ref ->
                targetsOf
                    .apply(ref)
                    .filter(targets -> targets.stream().anyMatch(scope::allows))
                    .isPresent());
    return Optional.of(visible.size() < about.size() ? partOf(references, visible) : references);
  }

  private static AuditEvent withoutHiddenReferences(AuditEvent event, Predicate<EventRef> visible) {
    Change change = event.change();
    Links links = event.links();
    EventRef rollbackOf = change.rollbackOf();
    AuditEvent.Builder reduced = event.toBuilder();
    if (rollbackOf != null && !visible.test(rollbackOf)) {
      reduced.change(change.toBuilder().rollbackOf(null).build());
    }
    if (!links.causedBy().isEmpty()) {
      reduced.links(
          new Links(
              links.traceparent(),
              links.tracestate(),
              links.causedBy().stream().filter(visible).toList(),
              links.urls()));
    }
    return reduced.build();
  }

  private static AuditEvent partOf(AuditEvent event, List<Target> targets) {
    Change change = event.change();
    Provenance.Vcs vcs = event.provenance().vcs();
    Links links = event.links();
    return event.toBuilder()
        .targets(event.targets().isEmpty() ? List.of() : targets)
        .change(
            change.toBuilder()
                .summary(neutralSummary(change, targets))
                .reason(null)
                .ticket(null)
                .id(null)
                .state(StateChange.none())
                .build())
        .provenance(
            new Provenance(
                vcs == null
                    ? null
                    : new Provenance.Vcs(
                        vcs.repository(),
                        vcs.revision(),
                        vcs.ref(),
                        vcs.author(),
                        null,
                        null,
                        null),
                event.provenance().build(),
                List.of()))
        .links(new Links(links.traceparent(), null, links.causedBy(), Map.of()))
        .attributes(Map.of())
        .type(null)
        .unmapped(JsonNodeFactory.instance.objectNode())
        .build();
  }

  private static String neutralSummary(Change change, List<Target> targets) {
    Target first = targets.get(0);
    String name =
        first
            .serviceName()
            .or(
                () ->
                    Optional.ofNullable(first.resource())
                        .map(resource -> resource.kind() + "/" + resource.name()))
            .or(first::environmentName)
            .orElse("");
    return change.action()
        + " "
        + name
        + (targets.size() > 1 ? " and " + (targets.size() - 1) + " more" : "")
        + " (parts of this "
        + change.kind()
        + " change are outside your scope)";
  }
}
