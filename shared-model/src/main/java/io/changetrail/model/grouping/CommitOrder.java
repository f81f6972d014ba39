// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Provenance;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which commits came to a branch, as pushes and merges tell it. A forced push begins a
 * new line of the branch: what came before is neither older nor newer than what comes after.
 */
final class CommitOrder {
  private final Map<String, Map<String, Instant>> cameByLine = new HashMap<>();

  private CommitOrder() {}

  static CommitOrder of(List<Observation> observations) {
    CommitOrder order = new CommitOrder();
    Map<String, Integer> lines = new HashMap<>();
    observations.stream()
        .map(Observation::event)
        .filter(event -> event.change().kind().equals(ChangeKind.CODE))
        .sorted(Comparator.comparing(AuditEvent::time))
        .forEach(event -> order.add(event, lines));
    return order;
  }

  private void add(AuditEvent event, Map<String, Integer> lines) {
    Provenance.Vcs commit = event.provenance().commit().orElse(null);
    if (commit == null || commit.revision() == null || commit.ref() == null) {
      return;
    }
    String branch = commit.repository() + "\n" + commit.ref();
    if (event.change().action().equals(Change.FORCE_PUSH)) {
      lines.merge(branch, 1, Integer::sum);
    }
    cameByLine
        .computeIfAbsent(branch + "\n" + lines.getOrDefault(branch, 0), any -> new HashMap<>())
        .putIfAbsent(commit.revision(), event.time());
  }

  /** Whether every commit of one release that can be compared with the other's came before it. */
  boolean isOlder(Release one, Release other) {
    boolean older = false;
    for (Map<String, Instant> came : cameByLine.values()) {
      for (String mine : one.revisions()) {
        for (String theirs : other.revisions()) {
          Instant first = came.get(mine);
          Instant second = came.get(theirs);
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
