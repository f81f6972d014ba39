// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.StateChange;
import io.changetrail.model.diff.Difference;
import io.changetrail.model.diff.StructuralDiff;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a difference of states reads: one line for each leaf that differs. */
final class DiffText {
  private DiffText() {}

  static List<Line> of(StateChange state) {
    List<Line> lines = new ArrayList<>();
    JsonNode patch = state.patch();
    if (state.before() == null && state.after() == null && patch != null) {
      lines.addAll(ofPatch(patch));
    } else {
      StructuralDiff.differences(state).forEach(difference -> lines.add(line(difference)));
    }
    if (state.truncated()) {
      lines.add(Line.of("cut: the event was too large to be kept whole", Style.YELLOW));
    }
    return lines;
  }

  /** The operations of an RFC 6902 patch, which tells new values only. */
  static List<Line> ofPatch(JsonNode patch) {
    List<Line> lines = new ArrayList<>();
    for (JsonNode operation : patch) {
      lines.addAll(ofOperation(operation));
    }
    return lines;
  }

  private static List<Line> ofOperation(JsonNode operation) {
    String path = operation.path("path").asText();
    JsonNode value = operation.path("value");
    boolean removes =
        operation.path("op").asText().equals("remove") || (path.isEmpty() && value.isNull());
    if (removes) {
      return List.of(Line.of("- ", Style.RED).and(path.isEmpty() ? "everything" : path));
    }
    if (path.isEmpty()) {
      return of(new StateChange(null, value, null, List.of(), false));
    }
    return operation.path("op").asText().equals("add")
        ? List.of(added(path, value))
        : List.of(replaced(path, null, value));
  }

  private static Line line(Difference difference) {
    String path = "/" + String.join("/", difference.path());
    JsonNode before = difference.before();
    JsonNode after = difference.after();
    if (after == null) {
      Line removed = Line.of("- ", Style.RED).and(path);
      return before == null ? removed : removed.and("  was ").and(value(before), Style.RED);
    }
    return before == null ? added(path, after) : replaced(path, before, after);
  }

  private static Line added(String path, JsonNode value) {
    return Line.of("+ ", Style.GREEN).and(path).and("  ").and(value(value), Style.GREEN);
  }

  private static Line replaced(String path, @Nullable JsonNode before, JsonNode after) {
    Line line = Line.of("~ ", Style.YELLOW).and(path).and("  ");
    if (before != null) {
      line = line.and(value(before), Style.RED).and(" ");
    }
    return line.and("→ ").and(value(after), Style.GREEN);
  }

  private static String value(JsonNode value) {
    return Output.compact(value);
  }
}
