// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows under a heading, each column as wide as its widest cell. */
final class Table {
  private static final String GAP = "  ";

  private final List<List<Line>> rows = new ArrayList<>();
  private final int elastic;

  /**
   * @param elastic index of the column that gives way where the table is wider than the terminal
   */
  Table(int elastic, String... headings) {
    this.elastic = elastic;
    List<Line> heading = new ArrayList<>();
    for (String name : headings) {
      heading.add(Line.of(name, Style.BOLD));
    }
    rows.add(heading);
  }

  void row(List<Line> cells) {
    if (cells.size() != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.size() + " cells under " + rows.get(0).size() + " headings");
    }
    rows.add(List.copyOf(cells));
  }

  /** The lines of the table, none wider than {@code columns} as long as the elastic one gives. */
  List<Line> lines(int columns) {
    int[] widths = new int[rows.get(0).size()];
    for (List<Line> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).width());
      }
    }
    int excess = GAP.length() * (widths.length - 1) - columns;
    for (int width : widths) {
      excess += width;
    }
    if (excess > 0) {
      int least = Math.min(widths[elastic], 20);
      widths[elastic] = Math.max(least, widths[elastic] - excess);
    }
    List<Line> lines = new ArrayList<>();
    for (List<Line> row : rows) {
      Line line = Line.empty();
      for (int i = 0; i < widths.length; i++) {
        Line cell = i == elastic ? row.get(i).cutTo(widths[i]) : row.get(i);
        boolean last = i == widths.length - 1;
        line = line.and(last ? cell : cell.padTo(widths[i]).and(GAP));
      }
      lines.add(line);
    }
    return lines;
  }
}
