// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.Interval;
import io.changetrail.model.Links;
import io.changetrail.model.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everything that is known of one event: what, when, who, where, why, the diff and its origin. */
final class EventPage {
  private final Facts facts = new Facts();

  private EventPage() {}

  static List<Line> of(ReceivedEvent received) {
    EventPage page = new EventPage();
    AuditEvent event = received.event();
    page.what(event.change());
    page.when(received);
    page.who(event);
    event.targets().forEach(target -> page.facts.add("where", EventText.target(target)));
    page.why(event.change());
    DiffText.of(event.change().state()).forEach(line -> page.facts.add("diff", line));
    page.provenance(event.provenance());
    page.links(event);
    event
        .attributes()
        .forEach((name, value) -> page.facts.add("also", name + " = " + Output.compact(value)));
    page.identity(received);
    List<Line> lines = new ArrayList<>();
    lines.add(Line.of(event.change().summary(), Style.BOLD));
    lines.addAll(page.facts.lines());
    return lines;
  }

  private void what(Change change) {
    Line what = Line.of(change.kind().name(), Style.CYAN).and(" ").and(EventText.action(change));
    if (change.rollout() != null) {
      what = what.and(", at " + change.rollout() + " %");
    }
    facts.add("what", what);
    EventRef undone = change.rollbackOf();
    if (undone != null) {
      facts.add("rolls back", undone.toString());
    }
  }

  private void when(ReceivedEvent received) {
    AuditEvent event = received.event();
    Interval interval = event.change().observedLate();
    facts.add(
        "when",
        interval == null
            ? event.time().toString()
            : "between " + interval.earliest() + " and " + interval.latest());
    received.ingestedTime().ifPresent(time -> facts.add("received", time));
    received
        .clockOffset()
        .ifPresent(
            offset -> facts.add("clock", "the source's is ahead of the server's by " + offset));
    if (event.change().backfilled()) {
      facts.add("received", "read from history, not seen live");
    }
  }

  private void who(AuditEvent event) {
    facts.add("who", actor(event.actor()));
    event.principal().ifPresent(actor -> facts.add("on behalf of", actor(actor)));
  }

  private static String actor(Actor actor) {
    if (actor.evidence() == Actor.Evidence.UNKNOWN) {
      return "nothing shows who it was";
    }
    String name = actor.name() == null ? actor.id() : actor.name() + " (" + actor.id() + ")";
    String via = actor.via() == null ? "" : " via " + actor.via();
    return name + ", " + actor.kind().wireName() + via + "; " + evidence(actor.evidence());
  }

  private static String evidence(Actor.Evidence evidence) {
    return switch (evidence) {
      case AUTHENTICATED -> "authenticated by the server";
      case AUDIT_LOG -> "named by the platform's audit log";
      case ADMISSION -> "whom the platform's admission was asked for";
      case DECLARED -> "named by the source";
      case AUDIT_LOG_TIME -> "the only one in the platform's audit log about then";
      case FIELD_MANAGER -> "the tool that owns the changed fields; who used it is not known";
      case UNKNOWN -> "nothing shows who it was";
    };
  }

  private void why(Change change) {
    facts.add("why", change.reason());
    facts.add("ticket", change.ticket());
  }

  private void provenance(Provenance provenance) {
    provenance
        .commit()
        .ifPresent(
            vcs -> {
              facts.add(
                  "commit",
                  words(
                      vcs.repository(),
                      vcs.revision(),
                      labelled("on ", vcs.ref()),
                      labelled("by ", vcs.author())));
              facts.add("commit", vcs.message());
              facts.add("commit", labelled("pull request ", vcs.pullRequest()));
              facts.add("commit", vcs.compareUrl());
            });
    provenance
        .run()
        .ifPresent(
            build -> {
              facts.add(
                  "build", words(build.system(), build.pipeline(), build.runId(), build.stage()));
              facts.add("build", build.url());
            });
    for (Provenance.Artifact artifact : provenance.artifacts()) {
      facts.add("artifact", words(artifact.version(), artifact.digest(), artifact.purl()));
    }
  }

  private void links(AuditEvent event) {
    Links links = event.links();
    links.causedBy().forEach(cause -> facts.add("caused by", cause.toString()));
    links.urls().forEach((label, url) -> facts.add("link", label + "  " + url));
    links.traceId().ifPresent(trace -> facts.add("trace", trace));
    if (event.amends() != null) {
      facts.add("adds to", event.amends().toString());
    }
    JsonNode unmapped = event.unmapped();
    if (!unmapped.isEmpty()) {
      facts.add("also", Output.compact(unmapped));
    }
  }

  private void identity(ReceivedEvent received) {
    facts.add("event", Line.of(received.eventId(), Style.FAINT));
    facts.add("source", received.event().ref().source());
    facts.add("id", received.event().ref().id());
    facts.add("change", received.event().change().id());
    if (received.conflicting()) {
      facts.add(
          "note",
          Line.of(
              "conflicting: another event with other content has the same source and id",
              Style.YELLOW));
    }
    if (received.reduced()) {
      facts.add(
          "note", Line.of("reduced: parts of it are not within what you may read", Style.YELLOW));
    }
  }

  private static @Nullable String labelled(String label, @Nullable String text) {
    return Optional.ofNullable(text).map(label::concat).orElse(null);
  }

  private static String words(@Nullable String... words) {
    return Stream.of(words).filter(Objects::nonNull).collect(Collectors.joining(" "));
  }
}
