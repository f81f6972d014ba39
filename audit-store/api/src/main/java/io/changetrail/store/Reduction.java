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
import java.util.function.Predicate;

/**
 * What a reader with a limited scope sees of an event.
 *
 * <p>If all targets are in scope, everything but references to events that the reader cannot see.
 * If some are hidden, also diff, free text, attributes, links and everything unmapped go, because
 * any of them may speak of the hidden targets; what stays is who, when, the kind of change, the
 * visible targets and the commit, build and artifact.
 */
public final class Reduction {
  private Reduction() {}

  /**
   * The visible part of an event.
   *
   * @param visible whether the reader may see the event of that source and id
   * @return empty if no target is in scope
   */
  public static Optional<AuditEvent> reduce(
      AuditEvent event, Scope scope, Predicate<EventRef> visible) {
    if (scope.isWholeTenant()) {
      return Optional.of(event);
    }
    List<Target> targets = event.targets().stream().filter(scope::allows).toList();
    if (targets.isEmpty()) {
      return Optional.empty();
    }
    boolean partly = targets.size() < event.targets().size();
    AuditEvent references = withoutHiddenReferences(event, visible);
    return Optional.of(partly ? partOf(references, targets) : references);
  }

  /** Whether a reader of this scope sees less than the whole event. */
  public static boolean isNeeded(AuditEvent event, Scope scope) {
    return !scope.isWholeTenant()
        && (event.targets().size() != 1
            || !event.links().causedBy().isEmpty()
            || event.change().rollbackOf() != null
            || event.amends() != null);
  }

  static AuditEvent withoutHiddenReferences(AuditEvent event, Predicate<EventRef> visible) {
    Change change = event.change();
    Links links = event.links();
    EventRef rollbackOf = change.rollbackOf();
    EventRef amends = event.amends();
    AuditEvent.Builder reduced = event.toBuilder();
    if (rollbackOf != null && !visible.test(rollbackOf)) {
      reduced.change(change.toBuilder().rollbackOf(null).build());
    }
    if (amends != null && !visible.test(amends)) {
      reduced.amends(null);
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
        .targets(targets)
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
