// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the events that observe one and the same real change.
 *
 * <p>Two steps. First, events of one source that declare the same change id are one <em>run</em>:
 * its start, steps and finish. Then runs of different sources are one change if they have the same
 * kind, reach a common target in the same environment, overlap in time, and carry the same artifact
 * digest; or, where one of them has none, the same revision; or, where they cannot be compared by
 * that either, the same declared change id. Another digest or revision keeps two runs apart
 * whatever else they share. The result does not depend on the order of the input.
 *
 * <p>A flag that a source gives to more and more users is one change, each larger share a step of
 * it; whatever else is done to the flag in between ends that.
 */
public final class ChangeGrouping {
  /** How far apart two runs may lie and still be seen as overlapping: clocks and slow rollouts. */
  public static final Duration TOLERANCE = Duration.ofMinutes(10);

  /**
   * How long a started change may stay without a finish before its outcome counts as unknown,
   * unless somebody wants it otherwise.
   */
  public static final Duration FINISH_LIMIT = Duration.ofHours(6);

  /** How long a flag may rest at one share and still be seen as being rolled out. */
  public static final Duration STEP_LIMIT = Duration.ofHours(24);

  /** Shorter change ids are counters, which two sources have in common by chance. */
  private static final int SHORTEST_COMMON_ID = 8;

  private static final Comparator<Observation> IN_TIME =
      Comparator.<Observation, Instant>comparing(seen -> seen.event().time())
          .thenComparingLong(Observation::seq)
          .thenComparing(Observation::eventId);

  private ChangeGrouping() {}

  /**
   * The changes that events observe, oldest first. Events of kinds that alter no environment
   * (commits, builds, artifacts, incidents) are evidence, not changes, and are passed over, as is a
   * drift that names the event of the write that made it; commits tell which of two revisions is
   * older. Each change tells which of the others it rolls back.
   *
   * @param observations folded events, in any order
   * @param asOf now, for what was started and never finished
   */
  public static List<ObservedChange> group(
      List<Observation> observations, Catalogue catalogue, Instant asOf) {
    return group(observations, catalogue, FINISH_LIMIT, asOf);
  }

  /**
   * The same with another limit.
   *
   * @param finishLimit how long a started change may stay without a finish before its outcome
   *     counts as unknown
   */
  public static List<ObservedChange> group(
      List<Observation> observations, Catalogue catalogue, Duration finishLimit, Instant asOf) {
    List<Observation> inOrder =
        observations.stream()
            .filter(seen -> !seen.event().isAmendment())
            .filter(seen -> seen.event().change().kind().altersAnEnvironment())
            .filter(seen -> !isFindingAboutAChange(seen.event()))
            .sorted(IN_TIME)
            .toList();
    List<Run> runs = runs(inOrder, catalogue);
    List<ObservedChange> changes =
        join(runs).parallelStream()
            .map(group -> group.toChange(asOf.minus(finishLimit)))
            .sorted(Comparator.comparing(ObservedChange::start).thenComparing(ObservedChange::id))
            .toList();
    return Rollbacks.mark(changes, CommitOrder.of(observations), catalogue);
  }

  /** A drift whose write has an event of its own: the write is the change. */
  private static boolean isFindingAboutAChange(AuditEvent event) {
    String action = event.change().action();
    return (action.equals(Change.DRIFT) || action.equals(Change.DRIFT_RESOLVED))
        && !event.links().causedBy().isEmpty();
  }

  private static List<Run> runs(List<Observation> inOrder, Catalogue catalogue) {
    Map<String, Run> declared = new LinkedHashMap<>();
    Map<String, Run> flags = new LinkedHashMap<>();
    List<Run> runs = new ArrayList<>();
    for (Observation seen : inOrder) {
      Change change = seen.event().change();
      String origin = seen.event().ref().source() + "\n" + change.kind() + "\n";
      String id = change.id() == null ? null : origin + change.id();
      String flag =
          change.kind().equals(ChangeKind.FEATURE_FLAG)
              ? origin + place(seen.event(), catalogue)
              : null;
      Run run = id == null ? null : declared.get(id);
      if (run == null && flag != null) {
        run = flags.get(flag);
        run = run != null && run.isTakenFurtherBy(seen) ? run : null;
      }
      if (run == null) {
        run = new Run(catalogue);
        runs.add(run);
      }
      if (id != null) {
        declared.putIfAbsent(id, run);
      }
      if (flag != null) {
        flags.put(flag, run);
      }
      run.add(seen);
    }
    runs.sort(Comparator.comparing(Run::start).thenComparing(run -> run.first().eventId()));
    return runs;
  }

  /** Everything that an event is about. */
  private static String place(AuditEvent event, Catalogue catalogue) {
    return event.targets().stream()
        .map(target -> place(target, event.change().kind(), catalogue))
        .sorted()
        .collect(Collectors.joining("\n\n"));
  }

  /**
   * What a target is for the purpose of comparison. A deployment is of a service, whichever
   * workload object shows it; a config or flag change is of that very resource.
   */
  private static String place(Target target, ChangeKind kind, Catalogue catalogue) {
    Resource resource = target.resource();
    String service = catalogue.service(target).orElse("");
    String environment =
        target.environment() == null ? "" : catalogue.environment(target.environment());
    boolean byService = kind.equals(ChangeKind.DEPLOYMENT) && !service.isEmpty();
    return environment
        + "\n"
        + service
        + (byService || resource == null ? "" : "\n" + resource.kind() + "/" + resource.name());
  }

  private static List<Group> join(List<Run> runs) {
    Map<String, List<Group>> open = new LinkedHashMap<>();
    List<Group> groups = new ArrayList<>();
    List<Set<String>> keysOfRuns = runs.parallelStream().map(Run::keys).toList();
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      Set<String> keys = keysOfRuns.get(i);
      Group home = null;
      for (String key : keys) {
        home = home != null ? home : match(open.getOrDefault(key, List.of()), run, key);
      }
      if (home == null) {
        home = new Group(run);
        groups.add(home);
      }
      for (String key : keys) {
        List<Group> candidates = open.computeIfAbsent(key, ignored -> new ArrayList<>());
        if (!candidates.contains(home)) {
          candidates.add(home);
        }
      }
    }
    return groups;
  }

  private static @Nullable Group match(List<Group> candidates, Run run, String key) {
    for (int i = candidates.size() - 1; i >= 0; i--) {
      Group group = candidates.get(i);
      if (group.takes(run, key)) {
        group.add(run, key);
        return group;
      }
      if (group.end().plus(FINISH_LIMIT).isBefore(run.start())) {
        return null; // all earlier ones ended before that
      }
    }
    return null;
  }

  /** The events of one source about one change. */
  private static final class Run {
    private final Catalogue catalogue;
    private final List<Observation> observations = new ArrayList<>();

    Run(Catalogue catalogue) {
      this.catalogue = catalogue;
    }

    void add(Observation seen) {
      observations.add(seen);
    }

    Observation first() {
      return observations.get(0);
    }

    Instant start() {
      return first().event().time();
    }

    Instant end() {
      return observations.get(observations.size() - 1).event().time();
    }

    String source() {
      return first().event().ref().source();
    }

    private ChangeKind kind() {
      return first().event().change().kind();
    }

    /** Whether the event gives a flag that is on its way to still more users. */
    boolean isTakenFurtherBy(Observation seen) {
      Double share = observations.get(observations.size() - 1).event().change().rollout();
      Double next = seen.event().change().rollout();
      return share != null
          && next != null
          && share > 0
          && share < next
          && !seen.event().time().isAfter(end().plus(STEP_LIMIT));
    }

    boolean declared() {
      return first().event().change().id() != null;
    }

    /** What can be compared with other runs: a key for each fact at each target, best first. */
    Set<String> keys() {
      Set<String> places = new TreeSet<>();
      observations.forEach(
          seen ->
              seen.event()
                  .targets()
                  .forEach(target -> places.add(place(target, kind(), catalogue))));
      String kind = kind().name();
      Set<String> whats = new LinkedHashSet<>(digests());
      whats.addAll(revisions());
      String id = first().event().change().id();
      if (id != null && id.length() >= SHORTEST_COMMON_ID) {
        whats.add("change id " + id);
      }
      Set<String> keys = new LinkedHashSet<>();
      for (String what : whats) {
        for (String place : places) {
          keys.add(kind + "\n" + place + "\n" + what);
        }
      }
      return keys;
    }

    Set<String> digests() {
      Set<String> digests = new TreeSet<>();
      for (Observation seen : observations) {
        for (Provenance.Artifact artifact : seen.event().provenance().artifacts()) {
          if (artifact.digest() != null) {
            digests.add("digest " + artifact.digest());
          }
        }
      }
      return digests;
    }

    Set<String> revisions() {
      Set<String> revisions = new TreeSet<>();
      for (Observation seen : observations) {
        seen.event()
            .provenance()
            .commit()
            .flatMap(vcs -> Optional.ofNullable(vcs.revision()))
            .ifPresent(revision -> revisions.add("revision " + revision));
      }
      return revisions;
    }
  }

  /** Runs that were found to be one change. */
  private static final class Group {
    private final List<Run> runs = new ArrayList<>();
    private final Set<String> joinedBy = new LinkedHashSet<>();
    private final Set<String> digests = new TreeSet<>();
    private final Set<String> revisions = new TreeSet<>();
    private Instant end;

    Group(Run first) {
      runs.add(first);
      end = first.end();
      digests.addAll(first.digests());
      revisions.addAll(first.revisions());
    }

    Instant end() {
      return end;
    }

    /** Whether the run overlaps, and no source would be in the change with two runs of its own. */
    boolean takes(Run run, String key) {
      if (run.start().isAfter(end.plus(TOLERANCE))) {
        return false;
      }
      return !contradicts(run, key)
          && runs.stream()
              .noneMatch(
                  other ->
                      other.source().equals(run.source()) && other.declared() && run.declared());
    }

    /** Whether a better fact than the key's shows that it is another change. */
    private boolean contradicts(Run run, String key) {
      String what = what(key);
      return !what.startsWith("digest ")
          && (differ(digests, run.digests())
              || (!what.startsWith("revision ") && differ(revisions, run.revisions())));
    }

    private static boolean differ(Set<String> ours, Set<String> theirs) {
      return !ours.isEmpty() && !theirs.isEmpty() && theirs.stream().noneMatch(ours::contains);
    }

    private static String what(String key) {
      return key.substring(key.lastIndexOf('\n') + 1);
    }

    void add(Run run, String key) {
      runs.add(run);
      digests.addAll(run.digests());
      revisions.addAll(run.revisions());
      joinedBy.add(what(key));
      if (run.end().isAfter(end)) {
        end = run.end();
      }
    }

    /**
     * The change.
     *
     * @param overdue what began before and has no finish is not waited for any longer
     */
    ObservedChange toChange(Instant overdue) {
      List<Observation> seen = new ArrayList<>();
      runs.forEach(run -> seen.addAll(run.observations));
      seen.sort(IN_TIME);
      Set<Target> targets = new LinkedHashSet<>();
      seen.forEach(one -> targets.addAll(one.event().targets()));
      Instant start = seen.get(0).event().time();
      Instant finished = null;
      Outcome outcome = null;
      boolean open = false;
      for (Observation one : seen) {
        Change change = one.event().change();
        if (change.phase() == Phase.FINISHED || change.phase() == Phase.OCCURRED) {
          finished = one.event().time();
          Outcome said = change.outcome() == null ? Outcome.SUCCESS : change.outcome();
          outcome = worse(outcome, said);
        } else {
          open = true;
        }
      }
      if (outcome == null && open && start.isBefore(overdue)) {
        outcome = Outcome.UNKNOWN;
      }
      Observation speaker = speaker(seen);
      return new ObservedChange(
          seen.get(0).eventId(),
          speaker.event().change().kind(),
          List.copyOf(targets),
          start,
          finished,
          outcome,
          speaker.event().change().summary() + further(speaker, seen),
          seen,
          reason(seen),
          List.of(),
          null);
    }

    /** Where a flag went after the step that speaks for all. */
    private static String further(Observation speaker, List<Observation> seen) {
      if (!speaker.event().change().kind().equals(ChangeKind.FEATURE_FLAG)) {
        return "";
      }
      return ExposureStep.of(seen).stream()
          .filter(step -> step.time().isAfter(speaker.event().time()))
          .map(step -> ", then " + Change.percent(step.rollout()))
          .collect(Collectors.joining());
    }

    private static Outcome worse(@Nullable Outcome one, Outcome other) {
      if (one == null || one == Outcome.UNKNOWN || one == Outcome.SUCCESS) {
        return other == Outcome.UNKNOWN && one != null ? one : other;
      }
      return one;
    }

    /** The observation that tells most: one with a diff, else a finish, else the first. */
    private static Observation speaker(List<Observation> seen) {
      return seen.stream()
          .max(
              Comparator.<Observation>comparingInt(
                      one -> one.event().change().state().isEmpty() ? 0 : 2)
                  .thenComparingInt(one -> one.event().change().phase() == Phase.FINISHED ? 1 : 0)
                  .thenComparing(IN_TIME.reversed()))
          .orElseThrow();
    }

    private String reason(List<Observation> seen) {
      if (seen.size() == 1) {
        return "one event";
      }
      if (runs.size() == 1) {
        return runs.get(0).first().event().change().kind().equals(ChangeKind.FEATURE_FLAG)
            ? seen.size() + " events of one source: the same flag, given to more and more"
            : seen.size() + " events of one source with the same change id";
      }
      Set<String> sources = new TreeSet<>();
      runs.forEach(run -> sources.add(run.source()));
      return seen.size()
          + " events of "
          + sources.size()
          + " sources: same target and "
          + String.join(", ", joinedBy)
          + ", overlapping in time";
    }
  }
}
