// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.WorkloadSelector;
import io.changetrail.model.diff.Difference;
import io.changetrail.model.diff.StructuralDiff;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a query means, told over a single event. Engines use it where an index is not enough. */
public final class Matching {
  /** The shortest prefix of a revision that finds it. */
  public static final int SHORTEST_REVISION = 7;

  private Matching() {}

  public static boolean matches(Query query, AuditEvent event) {
    if (query.from() != null && event.time().isBefore(query.from())) {
      return false;
    }
    if (query.to() != null && !event.time().isBefore(query.to())) {
      return false;
    }
    Map<Field, Set<String>> wantedOfTarget = new EnumMap<>(Field.class);
    Map<Field, Set<String>> values = EventFields.of(event);
    for (Map.Entry<Field, Set<String>> wanted : query.fields().entrySet()) {
      if (wanted.getKey().isOfTarget()) {
        wantedOfTarget.put(wanted.getKey(), wanted.getValue());
      } else if (!anyOf(wanted.getKey(), wanted.getValue(), values)) {
        return false;
      }
    }
    if (!wantedOfTarget.isEmpty()
        && event.targets().stream().noneMatch(target -> matches(wantedOfTarget, target))) {
      return false;
    }
    if (query.text() == null && query.paths().isEmpty() && query.values().isEmpty()) {
      return true;
    }
    List<Difference> differences = StructuralDiff.differences(event.change().state());
    return matchesText(query, event, differences)
        && (query.paths().isEmpty() || matchesPaths(query.paths(), differences))
        && (query.values().isEmpty()
            || EventFields.values(differences).stream().anyMatch(query.values()::contains));
  }

  /** Whether one target fulfils all conditions on targets. */
  public static boolean matches(Map<Field, Set<String>> wanted, Target target) {
    Map<Field, String> values = EventFields.ofTarget(target);
    return wanted.entrySet().stream()
        .allMatch(
            field -> {
              if (field.getKey() == Field.SERVICE) {
                return isOfService(field.getValue(), target);
              }
              String value = values.get(field.getKey());
              return value != null && field.getValue().contains(value);
            });
  }

  /** Whether a target is of one of these services, by name or as one of their workloads. */
  public static boolean isOfService(Set<String> wanted, Target target) {
    if (target.service() != null && wanted.contains(target.service())) {
      return true;
    }
    if (target.namespace() == null) {
      return false; // no workload
    }
    for (String name : wanted) {
      Optional<WorkloadSelector> workload = WorkloadSelector.ofTerm(name);
      if (workload.isPresent() && workload.get().matches(target)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a changed path ends in the wanted one, on a border of segments. */
  public static boolean isSuffix(String wanted, String path) {
    return path.equals(wanted) || path.endsWith("." + wanted);
  }

  private static boolean anyOf(Field field, Set<String> wanted, Map<Field, Set<String>> values) {
    Set<String> present = values.getOrDefault(field, Set.of());
    for (String value : wanted) {
      if (present.contains(value)) {
        return true;
      }
      if (field == Field.REVISION
          && value.length() >= SHORTEST_REVISION
          && present.stream().anyMatch(revision -> revision.startsWith(value))) {
        return true;
      }
    }
    return false;
  }

  private static boolean matchesText(Query query, AuditEvent event, List<Difference> differences) {
    if (query.text() == null) {
      return true;
    }
    Set<String> words = SearchText.words(event, differences);
    for (String wanted : SearchText.queryWords(query.text())) {
      boolean found =
          wanted.endsWith("*")
              ? words.stream()
                  .anyMatch(word -> word.startsWith(wanted.substring(0, wanted.length() - 1)))
              : words.contains(wanted);
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private static boolean matchesPaths(Set<String> wanted, List<Difference> differences) {
    Set<String> paths = EventFields.paths(differences);
    return wanted.stream()
        .anyMatch(suffix -> paths.stream().anyMatch(path -> isSuffix(suffix, path)));
  }
}
