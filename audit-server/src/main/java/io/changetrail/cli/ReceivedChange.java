// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.Outcome;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A change as the server gives it: what several events tell of one.
 *
 * @param outcome as the server names it; empty while it goes on
 * @param actor name or id; {@code -} if nobody knows
 * @param events their ids, the earliest first
 * @param missing what was asked for and is not there, such as {@code commit}
 */
record ReceivedChange(
    Instant start,
    String kind,
    Optional<String> outcome,
    boolean rollback,
    String summary,
    String actor,
    List<String> services,
    List<String> environments,
    List<String> events,
    List<String> missing) {

  static ReceivedChange from(JsonNode json) {
    try {
      return new ReceivedChange(
          Instant.parse(json.path("start").asText()),
          json.path("kind").asText(),
          Optional.ofNullable(json.path("outcome").asText(null)),
          json.path("rollback").asBoolean(),
          json.path("summary").asText(),
          actor(json.path("actor")),
          texts(json.path("services")),
          texts(json.path("environments")),
          texts(json.path("events")),
          texts(json.path("missing")));
    } catch (DateTimeException e) {
      throw Failure.refused(
          "the server sent a change that this version cannot read",
          "use the changetrail of the server's version, or --json",
          e);
    }
  }

  private static String actor(JsonNode actor) {
    boolean known =
        actor.has("id")
            && !actor.path("evidence").asText().equals(Actor.Evidence.UNKNOWN.wireName());
    return known ? actor.path("name").asText(actor.path("id").asText()) : "-";
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }

  /** How it ended, whether it undid another, and what of it is not there. */
  Line ended() {
    Line line =
        outcome
            .map(name -> Line.of(name, style(name)))
            .orElseGet(() -> Line.of("going on", Style.FAINT));
    line = rollback ? line.and(", rollback", Style.YELLOW) : line;
    return missing.isEmpty() ? line : line.and(", no " + String.join(", no ", missing), Style.RED);
  }

  private static Style style(String outcome) {
    for (Outcome known : Outcome.values()) {
      if (known.name().equals(outcome.toUpperCase(Locale.ROOT))) {
        return EventText.style(known);
      }
    }
    return Style.PLAIN;
  }
}
