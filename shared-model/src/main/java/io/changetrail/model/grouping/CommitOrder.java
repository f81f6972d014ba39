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

  /** By revision, then by line: a release has few revisions, and a revision few lines. */
  private final Map<String, Map<String, Came>> came = new HashMap<>();

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
    String line = branch + "\n" + lines.getOrDefault(branch, 0);
    if (event.attributes().containsKey(AuditEvent.REVISIONS)) {
      came(event, line);
    } else {
      merges.add(() -> came(event, line));
    }
  }

  private void came(AuditEvent event, String line) {
    List<String> brought = event.revisions();
    for (int i = 0; i < brought.size(); i++) {
      came.computeIfAbsent(brought.get(i), any -> new HashMap<>(2))
          .putIfAbsent(line, new Came(event.time(), i));
    }
  }

  /** Whether every commit of one release that can be compared with the other's came before it. */
  boolean isOlder(Release one, Release other) {
    boolean older = false;
    for (String mine : one.revisions()) {
      Map<String, Came> firsts = came.getOrDefault(mine, Map.of());
      for (String theirs : other.revisions()) {
        Map<String, Came> seconds = came.getOrDefault(theirs, Map.of());
        if (firsts.isEmpty() || seconds.isEmpty() || mine.equals(theirs)) {
          continue;
        }
        for (Map.Entry<String, Came> first : firsts.entrySet()) {
          Came second = seconds.get(first.getKey());
          if (second == null) {
            continue;
          }
          if (!first.getValue().isBefore(second)) {
            return false;
          }
          older = true;
        }
      }
    }
    return older;
  }
}
