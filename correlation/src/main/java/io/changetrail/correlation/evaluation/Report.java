// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation.evaluation;

import io.changetrail.correlation.Answer.Verdict;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How well incidents were judged.
 *
 * @param incidents how many in all
 * @param caused of the incidents whose cause is on record
 * @param visible of those among them whose cause shows in some series
 * @param falseAccusation how often an incident without a recorded cause got a verdict other than
 *     {@link Verdict#NONE}
 * @param baselines simple rules on the same incidents, by name, in the order to print
 * @param details one for each incident
 */
public record Report(
    int incidents,
    Ranks caused,
    Ranks visible,
    Rate falseAccusation,
    Map<String, Ranks> baselines,
    List<Detail> details) {

  /**
   * Where the true cause stood in the list.
   *
   * @param mrr mean reciprocal rank
   * @param accused how often it stood first and was accused as well, by a verdict other than none
   */
  public record Ranks(Rate top1, Rate top3, double mrr, Rate accused) {}

  /**
   * One incident.
   *
   * @param culprit id of the true cause; null where none is on record
   * @param rank of the true cause, from 1; empty where there is none or the list lacks it
   * @param decidedBy the factor that took least from the leader where it took most from the rest;
   *     null where the list is empty
   */
  public record Detail(
      String id,
      Verdict verdict,
      double score,
      @Nullable String culprit,
      boolean visible,
      OptionalInt rank,
      @Nullable String decidedBy) {}
}
