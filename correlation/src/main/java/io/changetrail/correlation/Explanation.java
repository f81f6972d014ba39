// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Signals.Moved;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How much better the shifts of all services are explained if one service was hit at that moment
 * than if none was: a log likelihood ratio, summed over signals.
 *
 * <p>A signal that the fault reaches follows a broad distribution, one that it spares follows its
 * usual one, whose tails are heavy (Student's t with three degrees of freedom), because metrics
 * spike. Whether the fault reaches a signal is uncertain: the chance depends on where in the graph
 * the signal is measured. So a caller that stays calm speaks against a service, and the service
 * that all deviating callers have in common is found, without a rule for either.
 *
 * @param logLikelihoodRatio natural logarithm; 0 where nothing speaks for or against
 * @param strongest the shifts that speak most for it, strongest first
 */
record Explanation(double logLikelihoodRatio, List<Shift> strongest) {
  /** Strengths beyond it say no more than it does. */
  private static final double STRONGEST = 50;

  /** Where the density of the shifts that faults cause has half of its mass. */
  private static final double FAULT_SCALE = 4;

  /** Shifts below it say nothing worth printing. */
  private static final double WORTH_TELLING = 0.5;

  private static final int TOLD = 3;

  /** Which movement of a signal counts. */
  private enum Symptom {
    RISE,
    /** As far as the latency of outgoing calls does not explain it. */
    RISE_OF_ITS_OWN,
    FALL,
    EITHER,
    /** Less CPU than before may be a crash, and is more often less load. */
    RATHER_RISE;

    double of(double strength) {
      return switch (this) {
        case RISE, RISE_OF_ITS_OWN -> Math.max(0, strength);
        case FALL -> Math.min(0, strength);
        case EITHER -> strength;
        case RATHER_RISE -> strength < 0 ? 0.3 * strength : strength;
      };
    }
  }

  /** The chance that a fault shows in a signal, and as what. */
  private record Expectation(double chance, Symptom symptom) {}

  private static final Map<SignalFamily, Expectation> ITSELF =
      Map.of(
          SignalFamily.CPU, new Expectation(0.5, Symptom.RATHER_RISE),
          SignalFamily.MEMORY, new Expectation(0.5, Symptom.EITHER),
          SignalFamily.LATENCY, new Expectation(0.5, Symptom.RISE_OF_ITS_OWN),
          SignalFamily.ERRORS, new Expectation(0.1, Symptom.RISE),
          SignalFamily.NETWORK, new Expectation(0.05, Symptom.RISE),
          SignalFamily.IO, new Expectation(0.05, Symptom.RISE),
          SignalFamily.OTHER, new Expectation(0.1, Symptom.EITHER));

  private static final Map<SignalFamily, Expectation> CALLER =
      Map.of(
          SignalFamily.OUTBOUND_LATENCY, new Expectation(0.6, Symptom.RISE),
          SignalFamily.LATENCY, new Expectation(0.3, Symptom.RISE),
          SignalFamily.ERRORS, new Expectation(0.3, Symptom.RISE));

  private static final Map<SignalFamily, Expectation> FURTHER_UPSTREAM =
      Map.of(
          SignalFamily.OUTBOUND_LATENCY, new Expectation(0.03, Symptom.RISE),
          SignalFamily.LATENCY, new Expectation(0.03, Symptom.RISE),
          SignalFamily.ERRORS, new Expectation(0.3, Symptom.RISE));

  /** A service that nothing else calls is idle when its caller no longer gets that far. */
  private static final Map<SignalFamily, Expectation> EXCLUSIVE_CALLEE =
      Map.of(SignalFamily.LOAD, new Expectation(0.2, Symptom.FALL));

  Explanation {
    strongest = List.copyOf(strongest);
  }

  /** How well it explains what moved that this service was hit. */
  static Explanation of(String service, Moved moved, Topology topology) {
    List<Told> told = new ArrayList<>();
    double sum = add(service, ITSELF, moved, told);
    Set<String> callers = without(topology.callersOf(service), service);
    for (String caller : callers) {
      sum += add(caller, CALLER, moved, told);
    }
    for (String further : furtherUpstream(service, callers, topology)) {
      sum += add(further, FURTHER_UPSTREAM, moved, told);
    }
    for (String callee : without(topology.calleesOf(service), service)) {
      if (!callers.contains(callee) && topology.callersOf(callee).equals(Set.of(service))) {
        sum += add(callee, EXCLUSIVE_CALLEE, moved, told);
      }
    }
    told.sort(
        Comparator.comparingDouble(Told::ratio).reversed().thenComparing(one -> one.shift.words()));
    return new Explanation(
        sum,
        told.stream()
            .filter(one -> one.ratio >= WORTH_TELLING)
            .limit(TOLD)
            .map(Told::shift)
            .toList());
  }

  private record Told(Shift shift, double ratio) {}

  private static double add(
      String service, Map<SignalFamily, Expectation> expected, Moved moved, List<Told> told) {
    double sum = 0;
    for (Map.Entry<SignalFamily, Expectation> one : expected.entrySet()) {
      Shift shift = moved.of(service, one.getKey()).orElse(null);
      if (shift != null) {
        double strength = one.getValue().symptom.of(shift.strength());
        if (one.getValue().symptom == Symptom.RISE_OF_ITS_OWN) {
          strength = beyondThatOfCallees(strength, service, moved);
        }
        double ratio = logLikelihoodRatio(strength, one.getValue().chance);
        sum += ratio;
        told.add(new Told(shift, ratio));
      }
    }
    return sum;
  }

  /** What of a service's latency its own outgoing calls do not explain. */
  private static double beyondThatOfCallees(double strength, String service, Moved moved) {
    double outbound =
        moved
            .of(service, SignalFamily.OUTBOUND_LATENCY)
            .map(shift -> Math.max(0, shift.strength()))
            .orElse(0.0);
    return Math.max(0, strength - outbound);
  }

  private static Set<String> furtherUpstream(
      String service, Set<String> callers, Topology topology) {
    Set<String> found = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(callers);
    while (!open.isEmpty()) {
      for (String caller : topology.callersOf(open.remove())) {
        if (!caller.equals(service) && !callers.contains(caller) && found.add(caller)) {
          open.add(caller);
        }
      }
    }
    return found;
  }

  private static Set<String> without(Set<String> services, String one) {
    Set<String> rest = new HashSet<>(services);
    rest.remove(one);
    return rest;
  }

  /** What a movement of that many usual ones says for a fault that shows with that chance. */
  static double logLikelihoodRatio(double strength, double chance) {
    double z = Math.min(STRONGEST, Math.abs(strength));
    double spared = 2 / (Math.PI * Math.sqrt(3) * Math.pow(1 + z * z / 3, 2));
    double hit = z * z / (z * z + 2) / (FAULT_SCALE * Math.pow(1 + z / FAULT_SCALE, 2));
    return Math.log(1 - chance + chance * hit / spared);
  }
}
