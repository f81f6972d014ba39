// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation.evaluation;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Changes in order of suspicion, with ties.
 *
 * @param tiers ids of changes, strongest first; those of one tier are drawn in random order
 */
record Ranking(List<Set<String>> tiers) {
  Ranking {
    tiers = tiers.stream().map(Set::copyOf).filter(tier -> !tier.isEmpty()).toList();
  }

  static Ranking of(List<String> ids) {
    return new Ranking(ids.stream().map(Set::of).toList());
  }

  /** The probability that the change is among the first {@code places}. */
  double chanceWithin(String id, int places) {
    int before = 0;
    for (Set<String> tier : tiers) {
      if (tier.contains(id)) {
        return Math.min(1, Math.max(0, (double) (places - before) / tier.size()));
      }
      before += tier.size();
    }
    return 0;
  }

  /** The expected value of one over its rank; 0 where it is not in the list. */
  double reciprocalRank(String id) {
    int before = 0;
    for (Set<String> tier : tiers) {
      if (tier.contains(id)) {
        double sum = 0;
        for (int place = 1; place <= tier.size(); place++) {
          sum += 1.0 / (before + place);
        }
        return sum / tier.size();
      }
      before += tier.size();
    }
    return 0;
  }

  /** Its rank, counted from 1; of a tie the best one. */
  OptionalInt rank(String id) {
    int before = 0;
    for (Set<String> tier : tiers) {
      if (tier.contains(id)) {
        return OptionalInt.of(before + 1);
      }
      before += tier.size();
    }
    return OptionalInt.empty();
  }
}
