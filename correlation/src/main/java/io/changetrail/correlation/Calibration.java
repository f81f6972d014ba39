// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * The numbers that judgements rest on, all in one place, so that it can be measured what depends on
 * each of them. Immutable.
 */
public final class Calibration {
  /** One number, with its usual value. */
  public enum Constant {
    /** How many minutes before a change are compared with those after it. */
    MINUTES_BEFORE(20),
    /** How many minutes after it: short, because a fault may be over before the alert fires. */
    MINUTES_AFTER(4),
    /** How many earlier pairs of windows tell how much movement is usual. */
    EARLIER_WINDOWS(30),
    /** How many usual movements one standard deviation is made of. */
    USUAL_MOVEMENT(0.78),
    /** A movement by this share of the level is never much. */
    SMALLEST_MOVEMENT(0.01),
    /** Part of the mean that is added before the logarithm is taken, so that nothing is −∞. */
    LOGARITHM_OFFSET(0.05),
    /** Where the density of the movements that faults cause has half of its mass. */
    FAULT_SCALE(4),
    /** The chance that a fault shows in the CPU, memory or latency of the service itself. */
    CHANCE_ITSELF(0.5),
    /** The chance that it shows in errors, or in what has no family, of the service itself. */
    CHANCE_ITSELF_RARE(0.1),
    /** The chance that it shows in network, input and output of the service itself. */
    CHANCE_ITSELF_TRAFFIC(0.05),
    /** The chance that it shows in how long its callers wait for those that they call. */
    CHANCE_CALLER_WAITS(0.6),
    /** The chance that it shows in how late or wrong its callers answer. */
    CHANCE_CALLER(0.3),
    /** The chance that it shows in how late those further upstream are. */
    CHANCE_UPSTREAM_LATE(0.03),
    /** The chance that it shows in how wrong those further upstream answer. */
    CHANCE_UPSTREAM_WRONG(0.3),
    /** The chance that what it alone calls falls idle. */
    CHANCE_CALLEE_IDLE(0.2),
    /** What a fall of CPU counts, which may be a crash and is more often less load. */
    CPU_FALL(0.3),
    /** The log likelihood ratio at which {@code before_after} is one half. */
    EVIDENCE_HALF(1),
    /** How slowly it saturates: signals of one service are not independent of each other. */
    EVIDENCE_SCALE(4),
    /** The log likelihood ratio of a change around which nothing was measured. */
    EVIDENCE_UNKNOWN(-2),
    /** The gap in minutes between change and onset at which {@code onset_proximity} is one half. */
    MINUTES_HALF(15),
    /** How many minutes late an alert is at most. */
    MINUTES_LATE(10),
    /** What one step from a caller to a callee leaves of {@code path_distance}. */
    PATH_STEP(0.8),
    /** The weight of {@code path_distance} beside series. */
    WEIGHT_PATH(0.5),
    WEIGHT_COHORT(0.5),
    WEIGHT_KIND(0.3),
    /** What {@code kind_fit} leaves of code that made things slow, not wrong. */
    SLOW_CODE(0.5),
    WEIGHT_RISK(0.1),
    /** Below this score no change is blamed. */
    BLAME(0.45),
    /** A runner-up with at least this share of the leader's score makes the answer ambiguous. */
    TIED(0.9);

    private final double usual;

    Constant(double usual) {
      this.usual = usual;
    }

    public double usual() {
      return usual;
    }

    /** What it is called in tables: {@code minutes_before}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Constant, Double> values;

  private Calibration(Map<Constant, Double> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  /** The one in use. */
  public static Calibration usual() {
    Map<Constant, Double> values = new EnumMap<>(Constant.class);
    for (Constant constant : Constant.values()) {
      values.put(constant, constant.usual);
    }
    return new Calibration(values);
  }

  /** The same with one number changed. */
  public Calibration with(Constant constant, double value) {
    Map<Constant, Double> changed = new EnumMap<>(values);
    changed.put(constant, value);
    return new Calibration(changed);
  }

  /**
   * The same with one number multiplied. What is a share stays one: its odds are multiplied
   * instead.
   */
  public Calibration scaled(Constant constant, double by) {
    double value = of(constant);
    boolean isShare = value > 0 && value < 1;
    return with(constant, isShare ? 1 / (1 + (1 - value) / (value * by)) : value * by);
  }

  double of(Constant constant) {
    return values.getOrDefault(constant, constant.usual);
  }

  Duration minutes(Constant constant) {
    return Duration.ofMillis(Math.round(of(constant) * 60_000));
  }
}
