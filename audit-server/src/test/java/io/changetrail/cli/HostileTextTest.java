// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import java.io.IOException;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Captured text cannot act on the terminal of whoever reads it. */
class HostileTextTest {
  /** Clears the screen, sets the title, links elsewhere, forges a line, reverses, hides. */
  private static final String HOSTILE =
      "ok\u001b[2J\u001b]0;owned\u0007\u001b]8;;http://evil\u001b\\\r\nforged\u202egnp.exe\u200b"
          + "\u009b31m\u2028end";

  private static AuditEvent hostile() {
    AuditEvent event = new Release(Instant.parse("2026-01-31T02:00:00Z")).config();
    return event.toBuilder()
        .change(event.change().toBuilder().summary(HOSTILE).reason(HOSTILE).build())
        .build();
  }

  @Test
  void aHostileEventIsShownEscapedByEveryCommand() throws Exception {
    String event = Release.json(hostile()).replaceFirst("\\{", "{\"eventid\":\"e-1\",");
    String list = "{\"events\":[" + event + "],\"nextCursor\":null}";
    String steps =
        "{\"steps\":[{\"stage\":\"a\u001b\",\"event\":" + event + "}],\"missing\":[\"\u001b\"]}";
    String problem = "{\"detail\":" + Output.compact(json(HOSTILE)) + "}";
    try (ScriptedServer server =
        new ScriptedServer()
            .thenJson(list)
            .thenJson(list)
            .thenJson(event)
            .thenJson(event)
            .thenJson(steps.replace("\u001b", "\\u001b"))
            .thenProblem(400, problem)
            .thenProblem(400, problem)) {
      Terminal terminal = Terminal.at(server.address());
      for (String[] command :
          new String[][] {
            {"query"},
            {"query", "--json"},
            {"show", "e-1"},
            {"show", "e-1", "--json"},
            {"lineage", "e-1"},
            {"show", "e-1"},
            {"show", "e-1", "--verbose", "--json"}
          }) {
        Terminal.Result result = terminal.run(command);
        assertInert(result.out() + result.err());
        assertThat(result.out() + result.err()).contains("2J").contains("end");
        assertThat((result.out() + result.err()).lines()).noneMatch(line -> line.equals("forged"));
      }
    }
  }

  private static com.fasterxml.jackson.databind.JsonNode json(String text) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(text);
  }

  private static void assertInert(String printed) {
    assertThat(printed.codePoints().filter(c -> c != '\n').filter(Line::isActive).toArray())
        .as(printed)
        .isEmpty();
  }

  @Provide
  Arbitrary<String> anyText() {
    return Arbitraries.strings().all().ofMaxLength(40);
  }

  @Property
  void noTextWhateverGetsThroughALineOrThroughJson(
      @ForAll("anyText") String text, @ForAll @IntRange(min = 1, max = 60) int columns)
      throws IOException {
    Line line = Line.of(text, Style.PLAIN).and(text);

    assertInert(line.render(false));
    assertInert(line.render(true));
    assertInert(line.cutTo(columns).render(false));
    assertThat(line.cutTo(columns).width()).isLessThanOrEqualTo(columns);
    assertInert(Output.compact(json(text)));
  }
}
