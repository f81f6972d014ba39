// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Provenance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which commits came to a branch, as pushes and merges tell it: the pushes one after
 * the other, and the commits of one in the order in which it lists them. A forced push begins a new
 * line of the branch: what came before is neither older nor newer than what comes after.
 */
final class CommitOrder {
  /** When a commit came, and as which one of its push. */
  private record Came(Instant time, int place) {
    boolean isBefore(Came other) {
      return time.equals(other.time) ? place < other.place : time.isBefore(other.time);
    }
  }

  private final Map<String, Map<String, Came>> cameByLine = new HashMap<>();

  private CommitOrder() {}

  static CommitOrder of(List<Observation> observations) {
    CommitOrder order = new CommitOrder();
    Map<String, Integer> lines = new HashMap<>();
    List<Runnable> merges = new ArrayList<>();
    observations.stream()
        .map(Observation::event)
        .filter(event -> event.change().kind().equals(ChangeKind.CODE))
        .sorted(Comparator.comparing(AuditEvent::time))
        .forEach(event -> order.add(event, lines, merges));
    // Of a merge nothing is known but its moment, which is that of the push that tells more.
    merges.forEach(Runnable::run);
    return order;
  }

  private void add(AuditEvent event, Map<String, Integer> lines, List<Runnable> merges) {
    Provenance.Vcs commit = event.provenance().commit().orElse(null);
    if (commit == null || commit.revision() == null || commit.ref() == null) {
      return;
    }
    String branch = commit.repository() + "\n" + commit.ref();
    if (event.change().action().equals(Change.FORCE_PUSH)) {
      lines.merge(branch, 1, Integer::sum);
    }
    Map<String, Came> line =
        cameByLine.computeIfAbsent(
            branch + "\n" + lines.getOrDefault(branch, 0), any -> new HashMap<>());
    if (event.attributes().containsKey(AuditEvent.REVISIONS)) {
      came(event, line);
    } else {
      merges.add(() -> came(event, line));
    }
  }

  private static void came(AuditEvent event, Map<String, Came> line) {
    List<String> brought = event.revisions();
    for (int i = 0; i < brought.size(); i++) {
      line.putIfAbsent(brought.get(i), new Came(event.time(), i));
    }
  }

  /** Whether every commit of one release that can be compared with the other's came before it. */
  boolean isOlder(Release one, Release other) {
    boolean older = false;
    for (Map<String, Came> came : cameByLine.values()) {
      for (String mine : one.revisions()) {
        for (String theirs : other.revisions()) {
          Came first = came.get(mine);
          Came second = came.get(theirs);
          if (first != null && second != null && !mine.equals(theirs)) {
            if (!first.isBefore(second)) {
              return false;
            }
            older = true;
          }
        }
      }
    }
    return older;
  }
}
