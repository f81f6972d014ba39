// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation.evaluation;

import io.changetrail.correlation.Answer;
import io.changetrail.correlation.Answer.Verdict;
import io.changetrail.correlation.CorrelationEngine;
import io.changetrail.correlation.Factor;
import io.changetrail.correlation.Suspect;
import io.changetrail.correlation.evaluation.Report.Detail;
import io.changetrail.correlation.evaluation.Report.Ranks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Judges recorded incidents, one after the other, and counts. */
public final class Evaluation {
  private final CorrelationEngine engine;
  private final List<Judged> judged = new ArrayList<>();

  public Evaluation(CorrelationEngine engine) {
    this.engine = engine;
  }

  private record Judged(
      Incident.Truth truth, Detail detail, Ranking ranking, Map<Baseline, Ranking> baselines) {}

  /** Judges one more. */
  public void judge(Incident incident) {
    Answer answer =
        engine.correlate(
            incident.anomaly(), incident.candidates(), incident.topology(), incident.series());
    Ranking ranking =
        Ranking.of(answer.suspects().stream().map(suspect -> suspect.change().id()).toList());
    Map<Baseline, Ranking> baselines = new LinkedHashMap<>();
    for (Baseline baseline : Baseline.values()) {
      baselines.put(baseline, baseline.rank(incident));
    }
    String culprit = incident.truth().culprit();
    Detail detail =
        new Detail(
            incident.id(),
            answer.verdict(),
            answer.suspects().isEmpty() ? 0 : answer.suspects().get(0).score(),
            culprit,
            incident.truth().visible(),
            culprit == null ? OptionalInt.empty() : ranking.rank(culprit),
            decidedBy(answer.suspects()));
    judged.add(new Judged(incident.truth(), detail, ranking, baselines));
  }

  /** What all those judged so far come to. */
  public Report report() {
    Predicate<Judged> caused = one -> one.truth.culprit() != null;
    Predicate<Judged> visible = caused.and(one -> one.truth.visible());
    Map<String, Ranks> baselines = new LinkedHashMap<>();
    for (Baseline baseline : Baseline.values()) {
      baselines.put(baseline.label(), ranks(caused, baseline));
    }
    List<Judged> uncaused = judged.stream().filter(caused.negate()).toList();
    return new Report(
        judged.size(),
        ranks(caused, null),
        ranks(visible, null),
        new Rate(uncaused.stream().filter(Evaluation::accuses).count(), uncaused.size()),
        baselines,
        judged.stream().map(Judged::detail).toList());
  }

  private Ranks ranks(Predicate<Judged> which, @Nullable Baseline baseline) {
    double top1 = 0;
    double top3 = 0;
    double reciprocal = 0;
    double accused = 0;
    int n = 0;
    for (Judged one : judged) {
      if (!which.test(one)) {
        continue;
      }
      Ranking ranking =
          baseline == null ? one.ranking : one.baselines.getOrDefault(baseline, one.ranking);
      String culprit = one.truth.culpritId().orElseThrow();
      n++;
      top1 += ranking.chanceWithin(culprit, 1);
      top3 += ranking.chanceWithin(culprit, 3);
      reciprocal += ranking.reciprocalRank(culprit);
      // None of the simple rules can abstain.
      accused += baseline != null || accuses(one) ? ranking.chanceWithin(culprit, 1) : 0;
    }
    return new Ranks(
        new Rate(top1, n), new Rate(top3, n), n == 0 ? 0 : reciprocal / n, new Rate(accused, n));
  }

  private static boolean accuses(Judged one) {
    return one.detail.verdict() != Verdict.NONE;
  }

  /** The factor in which the leader is furthest ahead of the runner-up. */
  private static @Nullable String decidedBy(List<Suspect> suspects) {
    if (suspects.isEmpty()) {
      return null;
    }
    String decided = null;
    double most = Double.NEGATIVE_INFINITY;
    for (Factor factor : suspects.get(0).factors()) {
      double other =
          suspects.size() < 2
              ? 0
              : suspects.get(1).factors().stream()
                  .filter(one -> one.name().equals(factor.name()))
                  .mapToDouble(Factor::multiplier)
                  .findFirst()
                  .orElse(1);
      if (factor.multiplier() - other > most) {
        most = factor.multiplier() - other;
        decided = factor.name();
      }
    }
    return decided;
  }
}
