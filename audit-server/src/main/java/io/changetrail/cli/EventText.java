// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.Outcome;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How the parts of an event read in one cell or line. */
final class EventText {
  private static final DateTimeFormatter TO_THE_SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  private EventText() {}

  /** To the second, in UTC. */
  static String time(Instant time) {
    return TO_THE_SECOND.format(time);
  }

  /** The same for one that the server wrote; as it is if it is none. */
  static String time(String time) {
    try {
      return time(Instant.parse(time));
    } catch (DateTimeException e) {
      return time;
    }
  }

  static String services(List<Target> targets) {
    return several(targets, target -> target.serviceName().orElse(null));
  }

  static String environments(List<Target> targets) {
    return several(targets, target -> target.environmentName().orElse(null));
  }

  private static String several(List<Target> targets, Function<Target, @Nullable String> part) {
    return several(
        targets.stream().map(part).filter(Objects::nonNull).distinct().sorted().toList());
  }

  /** The first one, and how many more there are. */
  static String several(List<String> names) {
    return switch (names.size()) {
      case 0 -> "-";
      case 1 -> names.get(0);
      default -> names.get(0) + " +" + (names.size() - 1);
    };
  }

  static String actor(Actor actor) {
    return actor.evidence() == Actor.Evidence.UNKNOWN
        ? "-"
        : Optional.ofNullable(actor.name()).orElse(actor.id());
  }

  /** The one who did it, before the account that acted for them. */
  static String actor(AuditEvent event) {
    return event.principal().map(EventText::actor).orElseGet(() -> actor(event.actor()));
  }

  /** The action and how far it went. */
  static Line action(Change change) {
    Line action = Line.of(change.action());
    Optional<Outcome> outcome = change.ended();
    if (outcome.isPresent()) {
      return action.and(" ").and(outcome.get().wireName(), style(outcome.get()));
    }
    return switch (change.phase()) {
      case OCCURRED -> action;
      default -> action.and(" ").and(change.phase().wireName(), Style.FAINT);
    };
  }

  static Style style(Outcome outcome) {
    return switch (outcome) {
      case SUCCESS -> Style.GREEN;
      case FAILURE, DENIED -> Style.RED;
      case ABORTED, UNKNOWN -> Style.YELLOW;
    };
  }

  /** Where it was: each part that is known. */
  static String target(Target target) {
    StringBuilder text = new StringBuilder();
    target.serviceName().ifPresent(text::append);
    target
        .environmentName()
        .ifPresent(name -> text.append(text.isEmpty() ? "in " : " in ").append(name));
    Resource resource = target.resource();
    if (resource != null) {
      text.append(text.isEmpty() ? "" : ", ").append(resource.kind()).append('/');
      text.append(resource.name());
    }
    part(text, "region", target.region());
    part(text, "cluster", target.cluster());
    part(text, "namespace", target.namespace());
    return text.toString();
  }

  private static void part(StringBuilder text, String label, @Nullable String value) {
    if (value != null) {
      text.append(", ").append(label).append(' ').append(value);
    }
  }
}
