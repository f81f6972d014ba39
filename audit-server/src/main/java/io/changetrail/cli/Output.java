// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Where a command prints: lines for people or JSON for programs, and notes beside both. */
final class Output {
  private final Surroundings surroundings;

  Output(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  void line(Line line) {
    surroundings.out().println(line.render(surroundings.coloured()));
  }

  void line(String text) {
    line(Line.of(text));
  }

  void lines(List<Line> lines) {
    lines.forEach(this::line);
  }

  void table(Table table) {
    lines(table.lines(surroundings.columns()));
  }

  /** One JSON text on one line. */
  void json(JsonNode node) {
    surroundings.out().println(compact(node));
  }

  /** Something beside the answer, which must not get into a program that reads it. */
  void note(Line line) {
    surroundings.err().println(line.render(surroundings.coloured()));
  }

  void note(String text) {
    note(Line.of(text));
  }

  /** Whether nobody reads any more, as in {@code changetrail query | head}. */
  boolean isClosed() {
    return surroundings.out().checkError();
  }

  PrintWriter errors() {
    return surroundings.err();
  }

  static String compact(JsonNode node) {
    return write(Mapper.JSON.writer(), node);
  }

  /** Indented, one line of it per element. */
  static List<String> indented(JsonNode node) {
    return write(Mapper.JSON.writerWithDefaultPrettyPrinter(), node).lines().toList();
  }

  private static String write(ObjectWriter writer, JsonNode node) {
    try {
      return inert(writer.writeValueAsString(node));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * JSON escapes U+0000 to U+001F, but a terminal acts on more than these. The others can only be
   * inside string literals, so that escaping them changes no meaning.
   */
  private static String inert(String json) {
    if (json.codePoints().noneMatch(Output::isActiveInJson)) {
      return json;
    }
    StringBuilder escaped = new StringBuilder(json.length() + 16);
    json.codePoints()
        .forEach(
            codePoint -> {
              if (isActiveInJson(codePoint)) {
                for (char unit : Character.toChars(codePoint)) {
                  escaped.append(String.format("\\u%04x", (int) unit));
                }
              } else {
                escaped.appendCodePoint(codePoint);
              }
            });
    return escaped.toString();
  }

  private static boolean isActiveInJson(int codePoint) {
    return codePoint > 0x1f && Line.isActive(codePoint);
  }

  /** Loaded only by commands that read or write JSON. */
  private static final class Mapper {
    static final JsonMapper JSON = new JsonMapper();
  }
}
