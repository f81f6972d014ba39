// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * One line for a terminal. Captured text is hostile: whatever a line is made of, what comes out
 * holds no control character, no line break and nothing that reorders or hides text; these appear
 * escaped, as in {@code \x1b}. Escape sequences come from {@link Style} alone.
 */
final class Line {
  private static final Line EMPTY = new Line(List.of());
  private static final String CUT = "…";

  private final List<Span> spans;

  private record Span(String text, Style style) {}

  private Line(List<Span> spans) {
    this.spans = spans;
  }

  static Line empty() {
    return EMPTY;
  }

  static Line of(String text) {
    return EMPTY.and(text);
  }

  static Line of(String text, Style style) {
    return EMPTY.and(text, style);
  }

  Line and(String text) {
    return and(text, Style.PLAIN);
  }

  Line and(String text, Style style) {
    return with(new Span(visible(text), style));
  }

  Line and(Line other) {
    List<Span> all = new ArrayList<>(spans);
    all.addAll(other.spans);
    return new Line(List.copyOf(all));
  }

  boolean isEmpty() {
    return width() == 0;
  }

  /** How many columns it takes. */
  int width() {
    return spans.stream().mapToInt(span -> width(span.text)).sum();
  }

  Line padTo(int columns) {
    int missing = columns - width();
    return missing <= 0 ? this : with(new Span(" ".repeat(missing), Style.PLAIN));
  }

  /** The line, or as much of its beginning as fits, with an ellipsis. */
  Line cutTo(int columns) {
    if (width() <= columns) {
      return this;
    }
    Line cut = EMPTY;
    int left = columns - width(CUT);
    for (Span span : spans) {
      int end = 0;
      while (end < span.text.length()) {
        int codePoint = span.text.codePointAt(end);
        left -= columns(codePoint);
        if (left < 0) {
          return cut.with(new Span(span.text.substring(0, end) + CUT, span.style));
        }
        end += Character.charCount(codePoint);
      }
      cut = cut.with(span);
    }
    return cut;
  }

  String render(boolean coloured) {
    StringBuilder text = new StringBuilder();
    for (Span span : spans) {
      text.append(coloured ? span.style.around(span.text) : span.text);
    }
    return text.toString();
  }

  private Line with(Span span) {
    List<Span> all = new ArrayList<>(spans);
    all.add(span);
    return new Line(List.copyOf(all));
  }

  /** Whether a terminal might act on this code point instead of showing it. */
  static boolean isActive(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static String visible(String text) {
    if (text.codePoints().noneMatch(Line::isActive)) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            codePoint -> {
              if (!isActive(codePoint)) {
                shown.appendCodePoint(codePoint);
              } else if (codePoint == '\n') {
                shown.append("\\n");
              } else if (codePoint == '\t') {
                shown.append("\\t");
              } else if (codePoint <= 0xff) {
                shown.append(String.format("\\x%02x", codePoint));
              } else {
                shown.append(String.format("\\u%04x", codePoint));
              }
            });
    return shown.toString();
  }

  private static int width(String text) {
    return text.codePoints().map(Line::columns).sum();
  }

  private static int columns(int codePoint) {
    if (codePoint < 0x300) {
      return 1;
    }
    int type = Character.getType(codePoint);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    return isWide(codePoint) ? 2 : 1;
  }

  /** The scripts that terminals draw in two columns (Unicode Standard Annex #11, W and F). */
  private static boolean isWide(int codePoint) {
    return (codePoint >= 0x1100 && codePoint <= 0x115f)
        || (codePoint >= 0x2e80 && codePoint <= 0xa4cf)
        || (codePoint >= 0xac00 && codePoint <= 0xd7a3)
        || (codePoint >= 0xf900 && codePoint <= 0xfaff)
        || (codePoint >= 0xfe30 && codePoint <= 0xfe6f)
        || (codePoint >= 0xff00 && codePoint <= 0xff60)
        || (codePoint >= 0xffe0 && codePoint <= 0xffe6)
        || (codePoint >= 0x1f300 && codePoint <= 0x1faff)
        || (codePoint >= 0x20000 && codePoint <= 0x3fffd);
  }
}
