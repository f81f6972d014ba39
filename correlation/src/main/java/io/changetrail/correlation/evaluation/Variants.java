// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation.evaluation;

import io.changetrail.correlation.Answer;
import io.changetrail.correlation.Answer.Verdict;
import io.changetrail.correlation.Calibration;
import io.changetrail.correlation.Calibration.Constant;
import io.changetrail.correlation.CorrelationEngine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The same incidents judged by engines that differ: what each factor and each number is worth, and
 * how well numbers would do that were chosen on other incidents.
 */
public final class Variants {
  /** Numbers are varied up to this factor, and to one over it. */
  public static final double FACTOR = 1.3;

  private final List<Incident> incidents;

  public Variants(List<Incident> incidents) {
    this.incidents = List.copyOf(incidents);
  }

  /**
   * How one variant did.
   *
   * @param first how often the cause stood first, where it shows
   * @param amongThree how often it stood among the first three, where it shows
   * @param accused how often it stood first and was accused as well, where it shows
   * @param falselyAccused how often an incident without a recorded cause got an accusation
   */
  public record Measured(
      String name, Rate first, Rate amongThree, Rate accused, Rate falselyAccused) {
    /** What is to be large, each part counting alike. */
    double merit() {
      return first.value() + amongThree.value() + accused.value() - falselyAccused.value();
    }
  }

  /**
   * Numbers drawn at random, all at once, each up to {@link #FACTOR} times off.
   *
   * @param groups of incidents that share system and fault
   * @param draws how many sets of numbers were drawn
   * @param usual the numbers in use
   * @param worst of the draws, by the sum of its shares
   * @param median of the draws
   * @param heldOut each group judged with the draw that was best on all others
   */
  public record CrossValidation(
      int groups, int draws, Measured usual, Measured worst, Measured median, Measured heldOut) {}

  private record Outcome(
      String group, boolean caused, boolean visible, int rank, boolean accused) {}

  /** The engine in use, and then without each of its factors. */
  public List<Measured> withoutEach(List<String> factors) {
    List<Measured> all = new ArrayList<>();
    all.add(measured("", judged(Calibration.usual(), Set.of())));
    for (String factor : factors) {
      all.add(measured(factor, judged(Calibration.usual(), Set.of(factor))));
    }
    return all;
  }

  /** Each number, times {@code by}. */
  public List<Measured> scaled(double by) {
    List<Measured> all = new ArrayList<>();
    for (Constant constant : Constant.values()) {
      Calibration scaled = Calibration.usual().scaled(constant, by);
      all.add(measured(constant.label(), judged(scaled, Set.of())));
    }
    return all;
  }

  /**
   * All numbers varied at once, and chosen without the group that they are judged on.
   *
   * @param draws how many sets of numbers are drawn, besides the usual one
   */
  public CrossValidation crossValidated(int draws, long seed) {
    Random random = new Random(seed);
    List<List<Outcome>> byDraw = new ArrayList<>();
    byDraw.add(judged(Calibration.usual(), Set.of()));
    for (int i = 0; i < draws; i++) {
      Calibration drawn = Calibration.usual();
      for (Constant constant : Constant.values()) {
        drawn = drawn.scaled(constant, Math.pow(FACTOR, 2 * random.nextDouble() - 1));
      }
      byDraw.add(judged(drawn, Set.of()));
    }
    List<String> groups = byDraw.get(0).stream().map(Outcome::group).distinct().sorted().toList();
    List<Outcome> heldOut = new ArrayList<>();
    for (String group : groups) {
      List<Outcome> best =
          byDraw.stream()
              .max(byMerit(outcomes -> merit(where(outcomes, one -> !one.group.equals(group)))))
              .orElseThrow();
      heldOut.addAll(where(best, one -> one.group.equals(group)));
    }
    List<Measured> ordered =
        byDraw.stream()
            .skip(1)
            .map(outcomes -> measured("", outcomes))
            .sorted(Comparator.comparingDouble(Measured::merit))
            .toList();
    return new CrossValidation(
        groups.size(),
        draws,
        measured("", byDraw.get(0)),
        ordered.get(0),
        ordered.get(ordered.size() / 2),
        measured("", heldOut));
  }

  private static Comparator<List<Outcome>> byMerit(ToDoubleFunction<List<Outcome>> merit) {
    return Comparator.comparingDouble(merit);
  }

  private static double merit(List<Outcome> outcomes) {
    return measured("", outcomes).merit();
  }

  private static List<Outcome> where(List<Outcome> outcomes, Predicate<Outcome> which) {
    return outcomes.stream().filter(which).toList();
  }

  private List<Outcome> judged(Calibration calibration, Set<String> without) {
    CorrelationEngine engine = new CorrelationEngine(calibration, without);
    return incidents.parallelStream().map(incident -> judged(engine, incident)).toList();
  }

  private static Outcome judged(CorrelationEngine engine, Incident incident) {
    Answer answer =
        engine.correlate(
            incident.anomaly(), incident.candidates(), incident.topology(), incident.series());
    String culprit = incident.truth().culprit();
    int rank =
        IntStream.range(0, answer.suspects().size())
            .filter(i -> answer.suspects().get(i).change().id().equals(culprit))
            .map(i -> i + 1)
            .findFirst()
            .orElse(Integer.MAX_VALUE);
    return new Outcome(
        incident.truth().group(),
        culprit != null,
        incident.truth().visible(),
        rank,
        answer.verdict() != Verdict.NONE);
  }

  private static Measured measured(String name, List<Outcome> outcomes) {
    List<Outcome> visible = where(outcomes, one -> one.caused && one.visible);
    List<Outcome> uncaused = where(outcomes, one -> !one.caused);
    return new Measured(
        name,
        rate(visible, one -> one.rank == 1),
        rate(visible, one -> one.rank <= 3),
        rate(visible, one -> one.rank == 1 && one.accused),
        rate(uncaused, Outcome::accused));
  }

  private static Rate rate(List<Outcome> outcomes, Predicate<Outcome> which) {
    return new Rate(outcomes.stream().filter(which).count(), outcomes.size());
  }
}
