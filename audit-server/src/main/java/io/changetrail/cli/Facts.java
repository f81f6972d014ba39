// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Labelled lines; a label with several lines stands before the first. */
final class Facts {
  private static final int LABEL = 14;

  private final List<Line> lines = new ArrayList<>();
  private String last = "";

  void add(String label, Line fact) {
    String shown = label.equals(last) ? "" : label;
    last = label;
    lines.add(Line.of("  " + shown, Style.FAINT).padTo(LABEL).and("  ").and(fact));
  }

  /** Each line of a text; nothing if there is none. */
  void add(String label, @Nullable String text) {
    if (text != null) {
      text.lines().forEach(line -> add(label, Line.of(line)));
    }
  }

  List<Line> lines() {
    return List.copyOf(lines);
  }
}
