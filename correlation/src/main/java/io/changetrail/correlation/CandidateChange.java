// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A change that may have caused the anomaly. Names in its targets are canonical: whoever asks has
 * resolved them through the catalogue.
 *
 * @param id of the change; returned in the answer, never judged
 * @param start when work on it began
 * @param end when it was complete; null while it runs or where nobody told
 * @param exposure what of it went live where and when
 * @param targets empty where the source named none
 * @param outcome null where unknown
 * @param undoes ids of the changes that this one rolls back; empty where it rolls back none
 * @param actor shown, never judged
 * @param summary one line; shown, never judged
 */
public record CandidateChange(
    String id,
    ChangeKind kind,
    Instant start,
    @Nullable Instant end,
    Exposure exposure,
    List<Target> targets,
    @Nullable Outcome outcome,
    Set<String> undoes,
    @Nullable String actor,
    String summary) {

  /**
   * What labels of series say of those who got a change.
   *
   * @param flag key of the flag whose variants these are; null for the version of a deployment
   * @param names of the variants or the version; empty where unknown
   */
  public record Variant(@Nullable String flag, Set<String> names) {
    public Variant {
      names = Set.copyOf(names);
    }

    public static Variant unknown() {
      return new Variant(null, Set.of());
    }

    public static Variant version(@Nullable String version) {
      return version == null ? unknown() : new Variant(null, Set.of(version));
    }
  }

  /**
   * When users could first meet a change, and who of them.
   *
   * @param start when the first instance served it: for a rollout this is later than its start
   * @param clockError how far the clock of the change's source may be from that of the metrics
   * @param instances the pods or hosts that got it; empty means all, or that nobody knows
   * @param variant what labels say of those who got it
   * @param share of the traffic or users that got it, in (0,1]; 1 where nothing limits it
   * @param further where it was given to still more later, oldest first
   */
  public record Exposure(
      Instant start,
      Duration clockError,
      Set<String> instances,
      Variant variant,
      double share,
      List<Step> further) {

    /** What two synchronised hosts may well differ by, with the delay of reporting. */
    public static final Duration USUAL_CLOCK_ERROR = Duration.ofSeconds(30);

    /** A moment from which another share had it. */
    public record Step(Instant time, double share) {}

    public Exposure {
      if (clockError.isNegative()) {
        throw new IllegalArgumentException(
            "change.exposure.clockError: must not be negative, is " + clockError);
      }
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException("change.exposure.share: must be in (0,1], is " + share);
      }
      instances = Set.copyOf(instances);
      further = List.copyOf(further);
    }

    /**
     * In one step.
     *
     * @param version null where unknown
     */
    public Exposure(
        Instant start,
        Duration clockError,
        Set<String> instances,
        @Nullable String version,
        double share) {
      this(start, clockError, instances, Variant.version(version), share, List.of());
    }

    /** As if its last step before that moment were all of it: that step may have been too far. */
    Exposure before(Instant onset) {
      Exposure at = this;
      for (Step step : further) {
        if (!step.time().isAfter(onset.plus(clockError))) {
          at = new Exposure(step.time(), clockError, instances, variant, step.share(), List.of());
        }
      }
      return at;
    }

    /** Live everywhere from that moment. */
    public static Exposure from(Instant start) {
      return new Exposure(start, USUAL_CLOCK_ERROR, Set.of(), null, 1);
    }
  }

  public CandidateChange {
    if (id.isBlank()) {
      throw new IllegalArgumentException("change.id: must not be blank");
    }
    if (end != null && end.isBefore(start)) {
      throw new IllegalArgumentException(
          "change.end: " + end + " is before its start " + start + " (change " + id + ")");
    }
    targets = List.copyOf(targets);
    undoes = Set.copyOf(undoes);
  }

  /** A change that was live at once, for sources that tell one moment only. */
  public static CandidateChange at(
      String id, ChangeKind kind, Instant time, List<Target> targets, String summary) {
    return new CandidateChange(
        id, kind, time, null, Exposure.from(time), targets, null, Set.of(), null, summary);
  }

  /** The change measured from its last step before that moment. */
  CandidateChange before(Instant onset) {
    return exposure.further().isEmpty()
        ? this
        : new CandidateChange(
            id, kind, start, end, exposure.before(onset), targets, outcome, undoes, actor, summary);
  }

  public Optional<Instant> endTime() {
    return Optional.ofNullable(end);
  }

  /** The services that it touched, in alphabetical order. */
  public Set<String> services() {
    return targets.stream()
        .flatMap(target -> target.serviceName().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The environments that it touched, in alphabetical order. */
  public Set<String> environments() {
    return targets.stream()
        .flatMap(target -> target.environmentName().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
