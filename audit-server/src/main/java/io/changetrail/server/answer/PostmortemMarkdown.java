// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A post-mortem as Markdown (CommonMark). Captured text is escaped: it is shown, never obeyed. */
final class PostmortemMarkdown {
  private final StringBuilder out = new StringBuilder();

  private PostmortemMarkdown() {}

  static String of(JsonNode postmortem) {
    PostmortemMarkdown page = new PostmortemMarkdown();
    String environment = text(postmortem, "environment");
    page.line(
        "# Post-mortem: "
            + text(postmortem, "service")
            + (environment.isEmpty() ? "" : " in " + environment));
    page.line("");
    page.line("**" + text(postmortem, "verdict") + "**: " + text(postmortem, "reason"));
    page.line("");
    JsonNode onset = postmortem.path("onset");
    JsonNode incident = postmortem.path("incident");
    if (incident.isObject()) {
      page.line("- Incident: " + text(incident, "summary") + " (" + text(incident, "status") + ")");
    }
    page.line("- Alert: " + text(postmortem, "alertedAt"));
    if (incident.has("end")) {
      page.line("- Over: " + text(incident, "end"));
    }
    page.line(
        "- Onset: "
            + text(onset, "earliest")
            + " to "
            + text(onset, "latest")
            + " ("
            + text(onset, "basis")
            + ")");
    JsonNode searched = postmortem.path("searched");
    page.line(
        "- Searched: "
            + searched.path("candidates").asInt()
            + " changes from "
            + text(searched, "from")
            + " to "
            + text(searched, "to"));
    page.line("- Written: " + text(postmortem, "written"));
    page.chain(postmortem.path("chain"));
    page.suspects(postmortem.path("suspects"));
    page.feedback(postmortem);
    page.timeline(postmortem);
    page.excluded(postmortem.path("excluded"));
    page.gaps(postmortem.path("gaps"));
    return page.out.toString();
  }

  private void chain(JsonNode chain) {
    heading("Chain of the first suspect");
    if (chain.isEmpty()) {
      line("No event of a suspect is known.");
    }
    int number = 1;
    for (JsonNode step : chain) {
      StringBuilder entry = new StringBuilder();
      entry.append(number++).append(". ").append(text(step, "time")).append(" **");
      entry.append(text(step, "stage")).append("** ").append(text(step, "summary"));
      entry.append(" (").append(text(step, "actor")).append(")");
      line(entry.toString());
      for (JsonNode link : step.path("links")) {
        line("   - " + link(link.asText()));
      }
      JsonNode proof = step.path("proof");
      if (proof.isObject()) {
        line("   - log entry " + text(proof, "seq") + ", leaf `" + text(proof, "leaf") + "`");
      }
    }
  }

  private void suspects(JsonNode suspects) {
    heading("Suspects");
    if (suspects.isEmpty()) {
      line("None.");
    }
    int rank = 1;
    for (JsonNode suspect : suspects) {
      line(
          rank++
              + ". "
              + number(suspect.path("score"))
              + " "
              + text(suspect.path("change"), "summary"));
      JsonNode change = suspect.path("change");
      line("   - change `" + text(change, "id") + "`, " + text(change, "start"));
      if (change.has("buildUrl")) {
        line("   - " + link(change.path("buildUrl").asText()));
      }
      for (JsonNode factor : suspect.path("factors")) {
        line(
            "   - "
                + text(factor, "name").replace("\\_", " ")
                + " "
                + number(factor.path("value"))
                + " (weight "
                + number(factor.path("weight"))
                + "): "
                + text(factor, "reason"));
      }
    }
  }

  /** What people said of the suspects, in the order in which they said it. */
  private void feedback(JsonNode postmortem) {
    JsonNode said = postmortem.path("feedback");
    if (said.isEmpty()) {
      return;
    }
    heading("What people said");
    for (JsonNode word : said) {
      String reason = text(word, "reason");
      line(
          "- "
              + text(word, "at")
              + " "
              + text(word, "by")
              + (word.path("cause").asBoolean() ? ": it was " : ": it was not ")
              + summary(postmortem.path("timeline"), word.path("change").asText())
              + (reason.isEmpty() ? "" : " (" + reason + ")"));
    }
  }

  private static String summary(JsonNode changes, String id) {
    for (JsonNode change : changes) {
      for (JsonNode event : change.path("events")) {
        if (event.asText().equals(id)) {
          return text(change, "summary");
        }
      }
    }
    return "`" + escaped(id) + "`";
  }

  /** The changes, with the onset and the alert among them. */
  private void timeline(JsonNode postmortem) {
    heading("Timeline");
    line("| start | end | change | outcome |");
    line("| --- | --- | --- | --- |");
    List<JsonNode> rows = new ArrayList<>();
    postmortem.path("timeline").forEach(rows::add);
    rows.add(
        row(
            postmortem.at("/onset/earliest"),
            postmortem.at("/onset/latest"),
            "**It began, within this time**"));
    rows.add(row(postmortem.path("alertedAt"), null, "**The alert fired**"));
    if (postmortem.at("/incident").has("end")) {
      rows.add(row(postmortem.at("/incident/end"), null, "**It was over**"));
    }
    rows.sort(Comparator.comparing(row -> Instant.parse(row.path("start").asText())));
    for (JsonNode row : rows) {
      line(
          "| "
              + text(row, "start")
              + " | "
              + text(row, "end")
              + " | "
              + (row.has("mark") ? row.path("mark").asText() : text(row, "summary"))
              + " | "
              + text(row, "outcome")
              + " |");
    }
  }

  private static JsonNode row(JsonNode start, @Nullable JsonNode end, String mark) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.set("start", start);
    if (end != null) {
      row.set("end", end);
    }
    return row.put("mark", mark);
  }

  private void excluded(JsonNode excluded) {
    if (excluded.isEmpty()) {
      return;
    }
    heading("What cannot have been it");
    for (JsonNode one : excluded) {
      line("- " + text(one.path("change"), "summary") + ": " + text(one, "reason"));
    }
  }

  private void gaps(JsonNode gaps) {
    heading("What is not known");
    if (gaps.isEmpty()) {
      line("Every source reported, and the chain is complete.");
    }
    gaps.forEach(gap -> line("- " + escaped(gap.asText())));
  }

  private void heading(String text) {
    line("");
    line("## " + text);
    line("");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private static String number(JsonNode number) {
    return String.format(Locale.ROOT, "%.2f", number.asDouble());
  }

  private static String text(JsonNode node, String field) {
    return escaped(node.path(field).asText(""));
  }

  /** Only what can be followed safely is a link. */
  private static String link(String url) {
    return url.matches("https?://[^\\s<>\"]+") ? "<" + url + ">" : escaped(url);
  }

  /**
   * Any ASCII punctuation may be escaped.
   *
   * @see <a href="https://spec.commonmark.org/0.31.2/#backslash-escapes">CommonMark, 2.4</a>
   */
  private static String escaped(String text) {
    return text.replaceAll("[\\\\`*_{}\\[\\]<>#|~!&]", "\\\\$0").replaceAll("\\p{Cntrl}+", " ");
  }
}
