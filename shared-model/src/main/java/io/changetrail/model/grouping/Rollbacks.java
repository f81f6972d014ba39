// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.Release.Comparison;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the changes that restore what was in force before another change, whether or not anybody
 * called them a rollback.
 *
 * <p>A deployment does if the same digest, revision or version was deployed to the same service and
 * environment before, with another one in between, or if its commit came to the branch before that
 * of the one it replaces; any other change if the state after it is the state before an earlier
 * change of the same resource. What it undoes is all that came in between. A change that only
 * undoes rollbacks brings an undone change back, and is none.
 */
final class Rollbacks {
  /** How many changes of the same service or resource are looked back over. */
  private static final int MEMORY = 100;

  private final Catalogue catalogue;
  private final CommitOrder commits;
  private final List<ObservedChange> changes;

  /** The change that each event observes; empty if no event refers to another. */
  private final Map<EventRef, String> changeOf = new HashMap<>();

  private final Map<String, Release> releases = new HashMap<>();

  /** Those that say themselves that they are rollbacks. */
  private final Set<String> declaredRollbacks = new HashSet<>();

  /** What each rollback undoes, the latest first. */
  private final Map<String, Set<String>> undoes = new LinkedHashMap<>();

  private final Map<String, String> undoneBy = new HashMap<>();

  private Rollbacks(List<ObservedChange> changes, CommitOrder commits, Catalogue catalogue) {
    this.changes = changes;
    this.commits = commits;
    this.catalogue = catalogue;
    boolean refers = false;
    for (ObservedChange change : changes) {
      for (Observation seen : change.observations()) {
        refers |= seen.event().change().rollbackOf() != null;
      }
      if (change.kind().equals(ChangeKind.DEPLOYMENT)) {
        releases.put(change.id(), Release.of(change));
      }
      if (change.isRollback()) {
        declaredRollbacks.add(change.id());
      }
    }
    if (refers) {
      for (ObservedChange change : changes) {
        change.observations().forEach(seen -> changeOf.put(seen.event().ref(), change.id()));
      }
    }
  }

  /** The same changes, each with what it undoes and what undid it. */
  static List<ObservedChange> mark(
      List<ObservedChange> oldestFirst, CommitOrder commits, Catalogue catalogue) {
    Rollbacks rollbacks = new Rollbacks(oldestFirst, commits, catalogue);
    rollbacks.find();
    return oldestFirst.stream()
        .map(
            change ->
                change.withUndoing(
                    List.copyOf(rollbacks.undoes.getOrDefault(change.id(), Set.of())),
                    rollbacks.undoneBy.get(change.id())))
        .toList();
  }

  private void find() {
    Map<String, List<ObservedChange>> deployments = new HashMap<>();
    Map<String, Set<String>> brought = new HashMap<>();
    Map<String, List<Restorable>> states = new HashMap<>();
    for (ObservedChange change : changes) {
      if (!happened(change)) {
        continue;
      }
      Set<String> services = services(change);
      Map<String, StateChange> resources = states(change);
      Set<String> undone = new LinkedHashSet<>(declared(change));
      for (String service : services) {
        List<ObservedChange> before = deployments.getOrDefault(service, List.of());
        // Most deployments bring what was never there before.
        Set<String> known = brought.computeIfAbsent(service, any -> new HashSet<>());
        Set<String> facts = release(change).facts();
        if (!Collections.disjoint(known, facts)) {
          undone.addAll(restoredRelease(change, before));
        }
        known.addAll(facts);
        undone.addAll(olderCommit(change, before));
      }
      resources.forEach(
          (resource, state) ->
              undone.addAll(restoredState(state, states.getOrDefault(resource, List.of()))));
      if (undone.isEmpty() && declaredRollbacks.contains(change.id())) {
        services.stream()
            .map(service -> latest(change, deployments.getOrDefault(service, List.of())))
            .flatMap(Optional::stream)
            .forEach(undone::add);
      }
      undone.remove(change.id());
      if (!undone.isEmpty()) {
        undoes.put(change.id(), undone);
        undone.forEach(id -> undoneBy.putIfAbsent(id, change.id()));
      }
      services.forEach(
          service -> deployments.computeIfAbsent(service, any -> new ArrayList<>()).add(change));
      resources.forEach(
          (resource, state) ->
              states
                  .computeIfAbsent(resource, any -> new ArrayList<>())
                  .add(new Restorable(change, state)));
    }
  }

  /** The events of these changes say themselves what they roll back. */
  private Set<String> declared(ObservedChange change) {
    Set<String> undone = new LinkedHashSet<>();
    for (Observation seen : change.observations()) {
      EventRef ref = seen.event().change().rollbackOf();
      String id = ref == null ? null : changeOf.get(ref);
      if (id != null) {
        undone.add(id);
      }
    }
    return undone;
  }

  private List<String> restoredRelease(ObservedChange change, List<ObservedChange> before) {
    Release release = release(change);
    List<String> between = new ArrayList<>();
    for (int i = before.size() - 1; i >= Math.max(0, before.size() - MEMORY); i--) {
      ObservedChange earlier = before.get(i);
      switch (release.compareWith(release(earlier))) {
        case SAME -> {
          if (!failed(earlier)) {
            return between;
          }
        }
        case DIFFERENT -> {
          if (isInForce(earlier)) {
            between.add(earlier.id());
          }
        }
        case NOT_COMPARABLE -> {}
      }
    }
    return List.of();
  }

  /**
   * What a commit undoes that is older than the one in force, whether it was ever deployed or not.
   */
  private List<String> olderCommit(ObservedChange change, List<ObservedChange> before) {
    Release release = release(change);
    List<String> newer = new ArrayList<>();
    for (int i = before.size() - 1; i >= Math.max(0, before.size() - MEMORY); i--) {
      ObservedChange earlier = before.get(i);
      if (!commits.isOlder(release, release(earlier))) {
        boolean another = release.compareWith(release(earlier)) == Comparison.DIFFERENT;
        if (another && !failed(earlier)) {
          return newer;
        }
      } else if (isInForce(earlier)) {
        newer.add(earlier.id());
      }
    }
    return newer;
  }

  /** A change of a resource, of which the whole state before and after is known. */
  private record Restorable(ObservedChange change, StateChange state) {}

  private List<String> restoredState(StateChange state, List<Restorable> before) {
    List<String> between = new ArrayList<>();
    for (int i = before.size() - 1; i >= Math.max(0, before.size() - MEMORY); i--) {
      Restorable earlier = before.get(i);
      if (isInForce(earlier.change())) {
        between.add(earlier.change().id());
      }
      if (same(earlier.state().before(), state.after())) {
        return between;
      }
    }
    return List.of();
  }

  private static boolean same(@Nullable JsonNode one, @Nullable JsonNode other) {
    return one != null && one.equals(other);
  }

  /** The one that a rollback of which nothing more is known must be of. */
  private Optional<String> latest(ObservedChange change, List<ObservedChange> before) {
    for (int i = before.size() - 1; i >= Math.max(0, before.size() - MEMORY); i--) {
      ObservedChange earlier = before.get(i);
      if (release(change).compareWith(release(earlier)) == Comparison.SAME) {
        return Optional.empty(); // another word on the same rollback
      }
      if (isInForce(earlier)) {
        return Optional.of(earlier.id());
      }
    }
    return Optional.empty();
  }

  private Release release(ObservedChange change) {
    return Objects.requireNonNull(releases.get(change.id()));
  }

  /** Neither a rollback itself, nor rolled back already. */
  private boolean isInForce(ObservedChange change) {
    return !undoes.containsKey(change.id())
        && !declaredRollbacks.contains(change.id())
        && !undoneBy.containsKey(change.id());
  }

  private static boolean failed(ObservedChange change) {
    return change.outcome() == Outcome.FAILURE || change.outcome() == Outcome.ABORTED;
  }

  /** Whether anything of it can have reached its target. */
  private static boolean happened(ObservedChange change) {
    return change.outcome() != Outcome.DENIED
        && change.observations().stream()
            .anyMatch(seen -> seen.event().change().phase() != Phase.PLANNED);
  }

  private Set<String> services(ObservedChange change) {
    Set<String> places = new LinkedHashSet<>();
    if (change.kind().equals(ChangeKind.DEPLOYMENT)) {
      for (Target target : change.targets()) {
        catalogue
            .service(target)
            .ifPresent(service -> places.add(environment(target) + "\n" + service));
      }
    }
    return places;
  }

  /** The states of whole resources before and after, by resource. */
  private Map<String, StateChange> states(ObservedChange change) {
    Map<String, StateChange> states = new LinkedHashMap<>();
    for (Observation seen : change.observations()) {
      StateChange state = seen.event().change().state();
      if (state.before() == null
          || state.after() == null
          || state.truncated()
          || state.before().equals(state.after())
          || seen.event().targets().size() != 1) {
        continue;
      }
      Target target = seen.event().targets().get(0);
      Resource resource = target.resource();
      if (resource != null) {
        states.putIfAbsent(
            String.join(
                "\n",
                environment(target),
                part(target, Target::cluster),
                part(target, Target::namespace),
                resource.kind(),
                resource.name()),
            state);
      }
    }
    return states;
  }

  private String environment(Target target) {
    return target.environmentName().map(catalogue::environment).orElse("");
  }

  private static String part(Target target, Function<Target, @Nullable String> of) {
    return Optional.ofNullable(of.apply(target)).orElse("");
  }
}
