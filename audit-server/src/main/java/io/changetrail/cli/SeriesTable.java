// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Metric series as CSV: a heading, then one sample in a line. {@code time} (RFC 3339, or seconds
 * since the epoch) and {@code value} must be there; {@code service}, {@code signal} and {@code
 * instance} may; every other column is a label.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a>
 */
final class SeriesTable {
  /** A time of so many seconds is in the year 5138: it is in milliseconds. */
  private static final BigDecimal MILLISECONDS = new BigDecimal(100_000_000_000L);

  private final SeriesFile file;
  private final Map<List<String>, ObjectNode> series = new LinkedHashMap<>();

  SeriesTable(SeriesFile file) {
    this.file = file;
  }

  ArrayNode read(List<String> lines) {
    List<String> heading = lines.isEmpty() ? List.of() : cells(lines.get(0), 1);
    int time = heading.indexOf("time");
    int value = heading.indexOf("value");
    if (time < 0 || value < 0) {
      throw file.wrong("is neither JSON nor CSV with the columns time and value");
    }
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> row = cells(lines.get(i), i + 1);
      if (row.size() != heading.size()) {
        throw file.wrong(
            "has " + row.size() + " cells in line " + (i + 1) + " under " + heading.size());
      }
      List<String> key = new ArrayList<>(row);
      key.set(time, "");
      key.set(value, "");
      ArrayNode point =
          series
              .computeIfAbsent(key, cells -> begin(heading, cells))
              .withArray("points")
              .addArray();
      add(point, row.get(time), true, i + 1);
      add(point, row.get(value), false, i + 1);
    }
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    series.values().forEach(all::add);
    return all;
  }

  private ObjectNode begin(List<String> heading, List<String> cells) {
    ObjectNode begun = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < heading.size(); i++) {
      String cell = cells.get(i);
      if (!cell.isEmpty()) {
        switch (heading.get(i)) {
          case "service", "signal", "instance" -> begun.put(heading.get(i), cell);
          default -> begun.withObject("/labels").put(heading.get(i), cell);
        }
      }
    }
    return file.completed(begun);
  }

  private void add(ArrayNode point, String cell, boolean isTime, int line) {
    if (!cell.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,3})?")) {
      point.add(cell);
      return;
    }
    BigDecimal number = new BigDecimal(cell);
    if (isTime && number.compareTo(MILLISECONDS) > 0) {
      throw file.wrong("counts milliseconds in line " + line + "; divide them by 1000");
    }
    point.add(number);
  }

  private List<String> cells(String line, int number) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    if (quoted) {
      throw file.wrong("has a quotation mark in line " + number + " that is not closed");
    }
    cells.add(cell.toString().strip());
    return cells;
  }
}
