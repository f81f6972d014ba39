// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

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
    page.line("- Alert: " + text(postmortem, "alertedAt"));
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
    page.timeline(postmortem.path("timeline"));
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

  private void timeline(JsonNode changes) {
    heading("Timeline");
    line("| start | end | change | outcome |");
    line("| --- | --- | --- | --- |");
    for (JsonNode change : changes) {
      line(
          "| "
              + text(change, "start")
              + " | "
              + text(change, "end")
              + " | "
              + text(change, "summary")
              + " | "
              + text(change, "outcome")
              + " |");
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
