// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Answer.Searched;
import io.changetrail.correlation.Answer.Verdict;
import io.changetrail.correlation.Calibration.Constant;
import io.changetrail.model.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Names the change that caused an anomaly. Pure and deterministic: the order in which changes or
 * series are given does not matter. Thread-safe.
 */
public final class CorrelationEngine {
  /** The names of all factors that answers may hold. */
  public static final List<String> FACTORS =
      List.of(
          "before_after", "onset_proximity", "path_distance", "cohort", "kind_fit", "change_risk");

  private static final List<Evidence> EVIDENCE =
      List.of(
          new BeforeAfter(),
          new OnsetProximity(),
          new PathDistance(),
          new Cohort(),
          new KindFit(),
          new ChangeRisk());

  /** So many suspects, and so many excluded changes, are listed; more would help nobody. */
  static final int MOST_LISTED = 100;

  /** So many changes are judged by all there is to know. */
  static final int MOST_JUDGED = 500;

  private final Calibration calibration;
  private final Set<String> without;

  /** The engine in use. */
  public CorrelationEngine() {
    this(Calibration.usual(), Set.of());
  }

  /**
   * One to be measured beside it.
   *
   * @param without names of factors that are left out
   */
  public CorrelationEngine(Calibration calibration, Set<String> without) {
    this.calibration = calibration;
    this.without = Set.copyOf(without);
  }

  /**
   * Ranks the candidates.
   *
   * @param candidates any number, in any order; names canonical
   * @param topology may be incomplete or {@link Topology#unknown()}
   * @param series may be empty; evidence after the end of the anomaly's window is not read
   */
  public Answer correlate(
      Anomaly anomaly, List<CandidateChange> candidates, Topology topology, List<Series> series) {
    Onset onset = OnsetDetection.of(anomaly, series, calibration);
    Signals signals = new Signals(series, anomaly.window().latest(), calibration);
    Situation situation =
        Situation.of(anomaly, onset, topology, signals, undone(candidates), calibration);
    List<CandidateChange> possible = new ArrayList<>();
    List<Excluded> excluded = new ArrayList<>();
    for (CandidateChange candidate : inWindow(anomaly, candidates)) {
      CandidateChange change = candidate.before(onset.interval().latest());
      Optional<String> impossible = Impossible.reason(change, situation);
      if (impossible.isPresent()) {
        excluded.add(new Excluded(change, impossible.get()));
      } else {
        possible.add(change);
      }
    }
    List<CandidateChange> judged = nearest(possible, situation);
    Situation compared = without.contains(Cohort.NAME) ? situation : situation.compared(judged);
    List<Suspect> suspects =
        judged.stream()
            .map(change -> judge(change, compared))
            .sorted(
                Comparator.comparingDouble(Suspect::score)
                    .reversed()
                    .thenComparing(suspect -> suspect.change().exposure().start())
                    .thenComparing(suspect -> suspect.change().id()))
            .limit(MOST_LISTED)
            .map(suspect -> suspect.with(BeforeAfter.effects(suspect.change(), situation)))
            .toList();
    Searched searched =
        new Searched(
            anomaly.window(),
            possible.size() + excluded.size(),
            List.copyOf(new TreeSet<>(situation.paths().keySet())),
            series.size());
    Verdict verdict = verdict(suspects);
    return new Answer(
        verdict,
        reason(verdict, suspects, possible.size()),
        suspects,
        possible.size() - suspects.size(),
        listed(excluded, onset),
        Math.max(0, excluded.size() - MOST_LISTED),
        onset,
        searched,
        List.of());
  }

  /**
   * Those that time and place speak for most, which is looked up at once. What series say can only
   * lower a score, so the others would hardly have come first.
   */
  private static List<CandidateChange> nearest(
      List<CandidateChange> possible, Situation situation) {
    if (possible.size() <= MOST_JUDGED) {
      return possible;
    }
    record Placed(CandidateChange change, double prior) {}
    List<Evidence> prior = List.of(new OnsetProximity(), new PathDistance());
    return possible.stream()
        .map(
            change ->
                new Placed(
                    change,
                    prior.stream()
                        .flatMap(each -> each.weigh(change, situation).stream())
                        .mapToDouble(Factor::multiplier)
                        .reduce(1, (a, b) -> a * b)))
        .sorted(
            Comparator.comparingDouble(Placed::prior)
                .reversed()
                .thenComparing(placed -> placed.change().id()))
        .limit(MOST_JUDGED)
        .map(Placed::change)
        .toList();
  }

  /** Of too many those nearest to the onset. */
  private static List<Excluded> listed(List<Excluded> excluded, Onset onset) {
    if (excluded.size() <= MOST_LISTED) {
      return excluded;
    }
    record Placed(Excluded one, Duration distance) {}
    return excluded.stream()
        .map(one -> new Placed(one, distance(one.change(), onset)))
        .sorted(
            Comparator.comparing(Placed::distance)
                .thenComparing(placed -> placed.one().change().id()))
        .limit(MOST_LISTED)
        .map(Placed::one)
        .toList();
  }

  private static Duration distance(CandidateChange change, Onset onset) {
    return Duration.between(change.exposure().start(), onset.interval().latest()).abs();
  }

  /** When changes were rolled back: when the first rollback of each was complete. */
  private static Map<String, Instant> undone(List<CandidateChange> candidates) {
    Map<String, Instant> undone = new TreeMap<>();
    for (CandidateChange change : candidates) {
      Outcome outcome = change.outcome();
      if (outcome == null || outcome == Outcome.SUCCESS) {
        Instant complete = change.endTime().orElse(change.exposure().start());
        change.undoes().forEach(id -> undone.merge(id, complete, (a, b) -> a.isBefore(b) ? a : b));
      }
    }
    return undone;
  }

  /**
   * Each change once (of the same id the earliest), those that were over before the window left
   * out.
   */
  private static List<CandidateChange> inWindow(Anomaly anomaly, List<CandidateChange> candidates) {
    Map<String, CandidateChange> byId = new TreeMap<>();
    for (CandidateChange change : candidates) {
      Instant last = change.endTime().orElse(change.exposure().start());
      if (!last.isBefore(anomaly.window().earliest())
          && !change.start().isAfter(anomaly.window().latest())) {
        byId.merge(change.id(), change, (a, b) -> b.start().isBefore(a.start()) ? b : a);
      }
    }
    return List.copyOf(byId.values());
  }

  private Suspect judge(CandidateChange change, Situation situation) {
    List<Factor> factors = new ArrayList<>(EVIDENCE.size());
    for (Evidence each : EVIDENCE) {
      each.weigh(change, situation)
          .filter(factor -> !without.contains(factor.name()))
          .ifPresent(factors::add);
    }
    return Suspect.of(change, factors, List.of());
  }

  private Verdict verdict(List<Suspect> suspects) {
    if (suspects.isEmpty() || suspects.get(0).score() < calibration.of(Constant.BLAME)) {
      return Verdict.NONE;
    }
    return tied(suspects).size() > 1 ? Verdict.AMBIGUOUS : Verdict.EXPLAINED;
  }

  private List<Suspect> tied(List<Suspect> suspects) {
    double bar =
        Math.max(
            calibration.of(Constant.BLAME),
            suspects.get(0).score() * calibration.of(Constant.TIED));
    return suspects.stream().filter(suspect -> suspect.score() >= bar).toList();
  }

  private String reason(Verdict verdict, List<Suspect> suspects, int possible) {
    return switch (verdict) {
      case EXPLAINED -> "'" + suspects.get(0).change().summary() + "' stands out among " + possible;
      case AMBIGUOUS -> tied(suspects).size() + " changes explain it about equally well";
      case NONE ->
          suspects.isEmpty()
              ? "no recorded change explains this: none could have caused it"
              : "no recorded change explains this: the likeliest of " + possible + " is too weak";
    };
  }
}
