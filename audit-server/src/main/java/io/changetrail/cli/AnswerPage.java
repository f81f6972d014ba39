// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The answer to "which change explains this?", for people. */
final class AnswerPage {
  private final List<Line> lines = new ArrayList<>();

  private AnswerPage() {}

  static List<Line> of(JsonNode answer) {
    AnswerPage page = new AnswerPage();
    page.verdict(answer);
    int rank = 1;
    for (JsonNode suspect : answer.path("suspects")) {
      page.suspect(rank++, suspect);
    }
    page.excluded(answer.path("excluded"));
    for (JsonNode source : answer.path("silentSources")) {
      page.lines.add(
          Line.of("caution  ", Style.YELLOW)
              .and("events of " + source.asText() + " are missing: the cause might be among them"));
    }
    for (JsonNode note : answer.path("notes")) {
      page.lines.add(Line.of("caution  ", Style.YELLOW).and(note.asText()));
    }
    return page.lines;
  }

  private void verdict(JsonNode answer) {
    String verdict = answer.path("verdict").asText();
    lines.add(
        Line.of(verdict, style(verdict)).and(": ").and(answer.path("reason").asText(), Style.BOLD));
    Facts facts = new Facts();
    JsonNode onset = answer.path("onset");
    if (onset.isObject()) {
      facts.add("onset", span(onset.path("earliest").asText(), onset.path("latest").asText()));
      facts.add("onset", onset.path("basis").asText(null));
    }
    JsonNode searched = answer.path("searched");
    List<String> services = new ArrayList<>();
    searched.path("services").forEach(service -> services.add(service.asText()));
    facts.add(
        "searched",
        searched.path("candidates").asText()
            + " changes from "
            + span(searched.path("from").asText(), searched.path("to").asText())
            + " on "
            + String.join(", ", services)
            + "; "
            + searched.path("series").asText()
            + " metric series given");
    lines.addAll(facts.lines());
  }

  private static String span(String from, String to) {
    return from.equals(to)
        ? EventText.time(from)
        : EventText.time(from) + " to " + EventText.time(to);
  }

  private static Style style(String verdict) {
    return switch (verdict) {
      case "explained" -> Style.GREEN;
      case "ambiguous" -> Style.YELLOW;
      default -> Style.RED;
    };
  }

  private void suspect(int rank, JsonNode suspect) {
    ReceivedChange change = ReceivedChange.from(suspect.path("change"));
    lines.add(Line.empty());
    lines.add(
        Line.of(rank + ". ", Style.BOLD)
            .and(score(suspect.path("score")), Style.CYAN)
            .and("  ")
            .and(change.summary(), Style.BOLD));
    Facts facts = new Facts();
    facts.add("what", Line.of(change.kind(), Style.CYAN).and(" ").and(change.ended()));
    facts.add("when", EventText.time(change.start()));
    facts.add(
        "where",
        EventText.several(change.services()) + " in " + EventText.several(change.environments()));
    facts.add("who", change.actor());
    for (JsonNode factor : suspect.path("factors")) {
      facts.add(
          "because",
          Line.of(factor.path("name").asText().replace('_', ' '), Style.CYAN)
              .and(" " + score(factor.path("value")))
              .and(" (weight " + score(factor.path("weight")) + ")", Style.FAINT)
              .and(": ")
              .and(factor.path("reason").asText()));
    }
    facts.add("event", Line.of(EventText.several(change.events()), Style.FAINT));
    lines.addAll(facts.lines());
  }

  private void excluded(JsonNode excluded) {
    if (excluded.isEmpty()) {
      return;
    }
    lines.add(Line.empty());
    lines.add(Line.of("cannot have been it:"));
    for (JsonNode one : excluded) {
      ReceivedChange change = ReceivedChange.from(one.path("change"));
      lines.add(
          Line.of("  ")
              .and(change.summary())
              .and(" (" + EventText.time(change.start()) + "): ", Style.FAINT)
              .and(one.path("reason").asText()));
    }
  }

  private static String score(JsonNode number) {
    return String.format(Locale.ROOT, "%.2f", number.asDouble());
  }
}
