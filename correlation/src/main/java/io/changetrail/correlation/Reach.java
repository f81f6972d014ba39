// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import io.changetrail.correlation.Signals.Moved;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where in the graph a fault shows, and as what. */
final class Reach {
  /** Strengths beyond it say no more than it does. */
  private static final double STRONGEST = 50;

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

    double of(double strength, double cpuFall) {
      return switch (this) {
        case RISE, RISE_OF_ITS_OWN -> Math.max(0, strength);
        case FALL -> Math.min(0, strength);
        case EITHER -> strength;
        case RATHER_RISE -> strength < 0 ? cpuFall * strength : strength;
      };
    }
  }

  /** The chance that a fault shows in a signal, and as what. */
  private record Expectation(double chance, Symptom symptom) {}

  private final Map<SignalFamily, Expectation> itself;
  private final Map<SignalFamily, Expectation> caller;
  private final Map<SignalFamily, Expectation> furtherUpstream;

  /** A service that nothing else calls is idle when its caller no longer gets that far. */
  private final Map<SignalFamily, Expectation> exclusiveCallee;

  private final double faultScale;
  private final double cpuFall;

  Reach(Calibration calibration) {
    faultScale = calibration.of(Constant.FAULT_SCALE);
    cpuFall = calibration.of(Constant.CPU_FALL);
    double shows = calibration.of(Constant.CHANCE_ITSELF);
    double rarely = calibration.of(Constant.CHANCE_ITSELF_RARE);
    double traffic = calibration.of(Constant.CHANCE_ITSELF_TRAFFIC);
    itself =
        Map.of(
            SignalFamily.CPU, new Expectation(shows, Symptom.RATHER_RISE),
            SignalFamily.MEMORY, new Expectation(shows, Symptom.EITHER),
            SignalFamily.LATENCY, new Expectation(shows, Symptom.RISE_OF_ITS_OWN),
            SignalFamily.ERRORS, new Expectation(rarely, Symptom.RISE),
            SignalFamily.OTHER, new Expectation(rarely, Symptom.EITHER),
            SignalFamily.NETWORK, new Expectation(traffic, Symptom.RISE),
            SignalFamily.IO, new Expectation(traffic, Symptom.RISE));
    double passedOn = calibration.of(Constant.CHANCE_CALLER);
    caller =
        Map.of(
            SignalFamily.OUTBOUND_LATENCY,
                new Expectation(calibration.of(Constant.CHANCE_CALLER_WAITS), Symptom.RISE),
            SignalFamily.LATENCY, new Expectation(passedOn, Symptom.RISE),
            SignalFamily.ERRORS, new Expectation(passedOn, Symptom.RISE));
    double late = calibration.of(Constant.CHANCE_UPSTREAM_LATE);
    furtherUpstream =
        Map.of(
            SignalFamily.OUTBOUND_LATENCY, new Expectation(late, Symptom.RISE),
            SignalFamily.LATENCY, new Expectation(late, Symptom.RISE),
            SignalFamily.ERRORS,
                new Expectation(calibration.of(Constant.CHANCE_UPSTREAM_WRONG), Symptom.RISE));
    exclusiveCallee =
        Map.of(
            SignalFamily.LOAD,
            new Expectation(calibration.of(Constant.CHANCE_CALLEE_IDLE), Symptom.FALL));
  }

  /** How well it explains what moved that this service was hit. */
  Explanation explain(String service, Moved moved, Topology topology) {
    List<Told> told = new ArrayList<>();
    double sum = add(service, itself, moved, told);
    Set<String> callers = without(topology.callersOf(service), service);
    for (String one : callers) {
      sum += add(one, caller, moved, told);
    }
    for (String further : furtherUpstream(service, callers, topology)) {
      sum += add(further, furtherUpstream, moved, told);
    }
    for (String callee : without(topology.calleesOf(service), service)) {
      if (!callers.contains(callee) && topology.callersOf(callee).equals(Set.of(service))) {
        sum += add(callee, exclusiveCallee, moved, told);
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

  private double add(
      String service, Map<SignalFamily, Expectation> expected, Moved moved, List<Told> told) {
    double sum = 0;
    for (Map.Entry<SignalFamily, Expectation> one : expected.entrySet()) {
      Shift shift = moved.of(service, one.getKey()).orElse(null);
      if (shift != null) {
        double strength = one.getValue().symptom.of(shift.strength(), cpuFall);
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
  double logLikelihoodRatio(double strength, double chance) {
    double z = Math.min(STRONGEST, Math.abs(strength));
    double spared = 2 / (Math.PI * Math.sqrt(3) * Math.pow(1 + z * z / 3, 2));
    double hit = z * z / (z * z + 2) / (faultScale * Math.pow(1 + z / faultScale, 2));
    return Math.log(1 - chance + chance * hit / spared);
  }
}
