// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins an event and its amendments into the view that readers get.
 *
 * <p>An amendment fills what is absent and adds to what is many; what the event said itself stands,
 * with two exceptions: an actor on stronger evidence replaces a weaker one, and an outcome finishes
 * what was open or ended in a way that nobody knew. The order in which amendments arrived does not
 * matter.
 */
public final class Folding {
  /** The action of an amendment that says nothing about the change itself. */
  public static final String AMEND = "amend";

  private Folding() {}

  /** The event with all that its amendments add. */
  public static AuditEvent fold(AuditEvent base, List<AuditEvent> amendments) {
    List<AuditEvent> inOrder = new ArrayList<>(amendments);
    inOrder.sort(
        Comparator.comparing(AuditEvent::time)
            .thenComparing(amendment -> amendment.ref().source())
            .thenComparing(amendment -> amendment.ref().id())
            // two contents under one id: a conflict, of which both are kept
            .thenComparing(AuditEvent::toString));
    AuditEvent folded = base;
    for (AuditEvent amendment : inOrder) {
      folded = add(folded, amendment);
    }
    return folded;
  }

  private static AuditEvent add(AuditEvent event, AuditEvent more) {
    Set<Target> targets = new LinkedHashSet<>(event.targets());
    more.targets().stream().filter(target -> fits(target, event)).forEach(targets::add);
    Map<String, JsonNode> attributes = new LinkedHashMap<>(event.attributes());
    more.attributes().forEach(attributes::putIfAbsent);
    Actor principal = event.onBehalfOf();
    return event.toBuilder()
        .actor(stronger(event.actor(), more.actor()))
        .onBehalfOf(
            principal == null
                ? more.onBehalfOf()
                : more.onBehalfOf() == null ? principal : stronger(principal, more.onBehalfOf()))
        .targets(targets.stream().limit(AuditEvent.MAX_TARGETS).toList())
        .change(change(event.change(), more.change()))
        .provenance(provenance(event.provenance(), more.provenance()))
        .links(links(event.links(), more.links()))
        .attributes(limited(attributes))
        .build();
  }

  /** What an event could not have said itself, an amendment cannot make it say. */
  private static boolean fits(Target target, AuditEvent event) {
    return target.environment() != null
        || event.isAmendment()
        || !event.change().kind().altersAnEnvironment();
  }

  private static Map<String, JsonNode> limited(Map<String, JsonNode> attributes) {
    Map<String, JsonNode> kept = new LinkedHashMap<>();
    attributes.forEach(
        (name, value) -> {
          if (kept.size() < AuditEvent.MAX_ATTRIBUTES) {
            kept.put(name, value);
          }
        });
    return kept;
  }

  private static Actor stronger(Actor said, Actor later) {
    return later.evidence().compareTo(said.evidence()) < 0 ? later : said;
  }

  private static Change change(Change said, Change later) {
    Change.Builder folded = said.toBuilder();
    boolean open = said.outcome() == null || said.outcome() == Outcome.UNKNOWN;
    if (open && later.outcome() != null) {
      folded.outcome(later.outcome());
      if (said.phase() != Phase.OCCURRED) {
        folded.phase(Phase.FINISHED);
      }
    }
    return folded
        .id(either(said.id(), later.id()))
        .reason(either(said.reason(), later.reason()))
        .ticket(either(said.ticket(), later.ticket()))
        .state(said.state().isEmpty() ? later.state() : said.state())
        .rollout(either(said.rollout(), later.rollout()))
        .rollbackOf(either(said.rollbackOf(), later.rollbackOf()))
        .observedLate(either(said.observedLate(), later.observedLate()))
        .build();
  }

  private static Provenance provenance(Provenance said, Provenance later) {
    Set<Provenance.Artifact> artifacts = new LinkedHashSet<>(said.artifacts());
    artifacts.addAll(later.artifacts());
    return new Provenance(
        vcs(said.vcs(), later.vcs()),
        build(said.build(), later.build()),
        artifacts.stream().limit(Provenance.MAX_ARTIFACTS).toList());
  }

  private static Provenance.@Nullable Vcs vcs(
      Provenance.@Nullable Vcs said, Provenance.@Nullable Vcs later) {
    if (said == null || later == null) {
      return either(said, later);
    }
    return new Provenance.Vcs(
        either(said.repository(), later.repository()),
        either(said.revision(), later.revision()),
        either(said.ref(), later.ref()),
        either(said.author(), later.author()),
        either(said.message(), later.message()),
        either(said.pullRequest(), later.pullRequest()),
        either(said.compareUrl(), later.compareUrl()));
  }

  private static Provenance.@Nullable Build build(
      Provenance.@Nullable Build said, Provenance.@Nullable Build later) {
    if (said == null || later == null) {
      return either(said, later);
    }
    return new Provenance.Build(
        either(said.system(), later.system()),
        either(said.pipeline(), later.pipeline()),
        either(said.runId(), later.runId()),
        either(said.url(), later.url()),
        either(said.stage(), later.stage()));
  }

  private static Links links(Links said, Links later) {
    Set<EventRef> causes = new LinkedHashSet<>(said.causedBy());
    causes.addAll(later.causedBy());
    Map<String, String> urls = new LinkedHashMap<>(said.urls());
    later
        .urls()
        .forEach(
            (label, url) -> {
              if (urls.size() < Links.MAX_URLS) {
                urls.putIfAbsent(label, url);
              }
            });
    return new Links(
        either(said.traceparent(), later.traceparent()),
        either(said.tracestate(), later.tracestate()),
        causes.stream().limit(Links.MAX_CAUSES).toList(),
        urls);
  }

  private static <T> @Nullable T either(@Nullable T said, @Nullable T later) {
    return said != null ? said : later;
  }
}
