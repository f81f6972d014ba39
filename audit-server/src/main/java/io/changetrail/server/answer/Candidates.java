// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import io.changetrail.correlation.CandidateChange;
import io.changetrail.correlation.CandidateChange.Exposure;
import io.changetrail.correlation.CandidateChange.Variant;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Interval;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.Observation;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.query.ChangeJson;
import io.changetrail.store.SourceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes as the engine judges them: names canonical, and times corrected by how far the clock of
 * their source is off.
 */
final class Candidates {
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  /** One in a billion: less is somebody all the same, and a hundredth of it may be zero. */
  private static final double LEAST_SHARE = 1e-9;

  private final Catalogue catalogue;
  private final Map<String, SourceStatus> sources = new HashMap<>();

  Candidates(Catalogue catalogue, List<SourceStatus> sources) {
    this.catalogue = catalogue;
    sources.forEach(source -> this.sources.put(source.source(), source));
  }

  CandidateChange of(ObservedChange change) {
    Instant first = null;
    Instant reached = null;
    boolean inSteps = false;
    for (Observation seen : change.observations()) {
      AuditEvent event = seen.event();
      Phase phase = event.change().phase();
      Instant begin = begin(event);
      first = earlier(first, begin);
      if (phase != Phase.PLANNED && phase != Phase.STARTED) {
        reached = earlier(reached, begin);
      }
      inSteps |= phase == Phase.PROGRESSED && event.change().rollout() != null;
    }
    Instant start = first == null ? change.start() : first;
    // Only a start is known where nobody tells of steps: then users may have met it from there on.
    Instant exposure = inSteps && reached != null ? reached : start;
    List<Exposure.Step> steps = steps(change);
    Instant end =
        change.end() == null ? null : later(start, change.end().minus(offset(last(change))));
    return new CandidateChange(
        change.id(),
        change.kind(),
        start,
        end,
        new Exposure(
            exposure,
            clockError(change),
            instances(change),
            variant(change),
            steps.isEmpty() ? 1 : steps.get(0).share(),
            // Of a single share the start is better known.
            steps.size() > 1 ? steps : List.of()),
        change.targets().stream().flatMap(this::canonical).distinct().toList(),
        change.outcome(),
        Set.copyOf(change.undoes()),
        ChangeJson.actor(change).id(),
        change.summary());
  }

  private static Instant earlier(@Nullable Instant one, Instant other) {
    return one == null || other.isBefore(one) ? other : one;
  }

  /** When it happened by the server's clock; of an interval the earliest moment. */
  private Instant begin(AuditEvent event) {
    Interval late = event.change().observedLate();
    Instant told = late == null ? event.time() : countable(late.earliest());
    return told.minus(offset(event));
  }

  /** An interval may begin before all time, where its source knows no better. */
  private static Instant countable(Instant time) {
    return time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time.isAfter(LATEST) ? LATEST : time;
  }

  private Duration offset(AuditEvent event) {
    return Optional.ofNullable(sources.get(event.ref().source()))
        .map(SourceStatus::clockOffset)
        .orElse(Duration.ZERO);
  }

  /** The widest doubt of all its observations: clocks, and intervals instead of moments. */
  private Duration clockError(ObservedChange change) {
    Duration error = Exposure.USUAL_CLOCK_ERROR;
    for (Observation seen : change.observations()) {
      SourceStatus source = sources.get(seen.event().ref().source());
      Duration doubt = source == null ? null : source.clockUncertainty();
      if (doubt != null && doubt.compareTo(error) > 0) {
        error = doubt;
      }
    }
    return error;
  }

  /** A target of a shared repository or flag project is one of each service that it reaches. */
  private Stream<Target> canonical(Target target) {
    Set<String> services = catalogue.services(target);
    return services.isEmpty()
        ? Stream.of(canonical(target, null))
        : services.stream().map(service -> canonical(target, service));
  }

  private Target canonical(Target target, @Nullable String service) {
    return new Target(
        service,
        target.environmentName().map(catalogue::environment).orElse(null),
        target.region(),
        target.cluster(),
        target.namespace(),
        target.resource());
  }

  /** The pods that were changed themselves, as by hand; a rollout names its workload instead. */
  private static Set<String> instances(ObservedChange change) {
    return change.targets().stream()
        .map(Target::resource)
        .filter(Objects::nonNull)
        .filter(resource -> resource.kind().equalsIgnoreCase("pod"))
        .map(Resource::name)
        .collect(Collectors.toSet());
  }

  /** The version that was deployed, or the variants of a flag that more get now. */
  private static Variant variant(ObservedChange change) {
    Optional<String> version =
        change.observations().stream()
            .flatMap(seen -> seen.event().provenance().artifacts().stream())
            .map(Provenance.Artifact::version)
            .filter(Objects::nonNull)
            .findFirst();
    if (version.isPresent() || !change.kind().equals(ChangeKind.FEATURE_FLAG)) {
      return Variant.version(version.orElse(null));
    }
    String flag =
        change.targets().stream()
            .map(Target::resource)
            .filter(resource -> resource != null)
            .filter(resource -> resource.kind().equals(Resource.FEATURE_FLAG))
            .map(Resource::name)
            .findFirst()
            .orElse(null);
    Set<String> names = new TreeSet<>();
    change.observations().forEach(seen -> names.addAll(FlagVariants.of(seen.event())));
    return new Variant(flag, names);
  }

  /** Shares in (0, 1]; that nobody has it any more reaches everybody who had it. */
  private List<Exposure.Step> steps(ObservedChange change) {
    return change.exposure().stream()
        .map(
            step ->
                new Exposure.Step(
                    begin(step.observation().event()),
                    step.rollout() == 0 ? 1 : Math.max(LEAST_SHARE, step.rollout() / 100)))
        .toList();
  }

  private static AuditEvent last(ObservedChange change) {
    return change.observations().get(change.observations().size() - 1).event();
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
