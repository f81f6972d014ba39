// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Answer.Searched;
import io.changetrail.correlation.Answer.Verdict;
import io.changetrail.model.Interval;
import io.changetrail.model.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Names the change that caused an anomaly. Pure and deterministic: the order in which changes or
 * series are given does not matter. Thread-safe.
 */
public final class CorrelationEngine {
  /** Alert rules look minutes back and are evaluated by the minute: so late may one fire. */
  private static final Duration USUAL_ALERT_DELAY = Duration.ofMinutes(10);

  /** Below this score no change is blamed. */
  public static final double BLAME = 0.45;

  /** A runner-up with at least this share of the leader's score makes the answer ambiguous. */
  private static final double TIED = 0.9;

  private final List<Evidence> evidence =
      List.of(
          new BeforeAfter(),
          new OnsetProximity(),
          new PathDistance(),
          new Cohort(),
          new KindFit(),
          new ChangeRisk());

  /**
   * Ranks the candidates.
   *
   * @param candidates any number, in any order; names canonical
   * @param topology may be incomplete or {@link Topology#unknown()}
   * @param series may be empty; evidence after the end of the anomaly's window is not read
   */
  public Answer correlate(
      Anomaly anomaly, List<CandidateChange> candidates, Topology topology, List<Series> series) {
    Onset onset = onset(anomaly);
    Signals signals = new Signals(series, anomaly.window().latest());
    Situation situation = Situation.of(anomaly, onset, topology, signals, undone(candidates));
    List<Suspect> suspects = new ArrayList<>();
    List<Excluded> excluded = new ArrayList<>();
    for (CandidateChange change : inWindow(anomaly, candidates)) {
      Optional<String> impossible = Impossible.reason(change, situation);
      if (impossible.isPresent()) {
        excluded.add(new Excluded(change, impossible.get()));
      } else {
        suspects.add(judge(change, situation));
      }
    }
    suspects.sort(
        Comparator.comparingDouble(Suspect::score)
            .reversed()
            .thenComparing(suspect -> suspect.change().exposure().start())
            .thenComparing(suspect -> suspect.change().id()));
    Searched searched =
        new Searched(
            anomaly.window(),
            suspects.size() + excluded.size(),
            List.copyOf(new TreeSet<>(situation.paths().keySet())),
            series.size());
    Verdict verdict = verdict(suspects);
    return new Answer(
        verdict, reason(verdict, suspects), suspects, excluded, onset, searched, List.of());
  }

  private static Onset onset(Anomaly anomaly) {
    Instant latest = anomaly.detectedAt().minus(anomaly.pending());
    return new Onset(
        new Interval(latest.minus(USUAL_ALERT_DELAY), latest),
        "from the alert alone: it fired at "
            + anomaly.detectedAt()
            + (anomaly.pending().isZero()
                ? ""
                : " after its condition had held for " + Durations.words(anomaly.pending()))
            + ", and alerts are up to "
            + Durations.words(USUAL_ALERT_DELAY)
            + " late");
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
    List<Factor> factors = new ArrayList<>(evidence.size());
    for (Evidence each : evidence) {
      each.weigh(change, situation).ifPresent(factors::add);
    }
    return Suspect.of(change, factors);
  }

  private static Verdict verdict(List<Suspect> suspects) {
    if (suspects.isEmpty() || suspects.get(0).score() < BLAME) {
      return Verdict.NONE;
    }
    return tied(suspects).size() > 1 ? Verdict.AMBIGUOUS : Verdict.EXPLAINED;
  }

  private static List<Suspect> tied(List<Suspect> suspects) {
    double bar = Math.max(BLAME, suspects.get(0).score() * TIED);
    return suspects.stream().filter(suspect -> suspect.score() >= bar).toList();
  }

  private static String reason(Verdict verdict, List<Suspect> suspects) {
    return switch (verdict) {
      case EXPLAINED ->
          "'" + suspects.get(0).change().summary() + "' stands out among " + suspects.size();
      case AMBIGUOUS -> tied(suspects).size() + " changes explain it about equally well";
      case NONE ->
          suspects.isEmpty()
              ? "no recorded change explains this: none could have caused it"
              : "no recorded change explains this: the likeliest of "
                  + suspects.size()
                  + " is too weak";
    };
  }
}
