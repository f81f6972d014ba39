// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The events of a run that ended before anybody looked: those that would have been captured, with
 * the same ids, and marked as {@code backfilled}.
 */
public final class History {
  private History() {}

  /**
   * A stage that the run had.
   *
   * @param key what tells it from others of the run, as while it ran
   */
  public record Stage(String name, String key, Instant began, Instant ended, Outcome outcome) {}

  /**
   * The events of a run, the earliest first.
   *
   * @param run as read from history
   * @param artifacts what it has published
   * @param rules by which deployments are detected
   */
  public static List<AuditEvent> of(
      RunFacts run,
      Ending ending,
      List<Stage> stages,
      List<AuditEvent> artifacts,
      List<DeploymentRule> rules) {
    List<AuditEvent> events = new ArrayList<>();
    events.add(RunEvents.started(run));
    Optional<Deployment> whole =
        DeploymentRule.detect(rules, run, null, DeploymentRule.WHOLE_RUN, run.started());
    whole.ifPresent(found -> events.add(DeploymentEvents.started(run, found)));
    for (Stage stage : stages) {
      DeploymentRule.detect(rules, run, stage.name(), stage.key(), stage.began())
          .filter(found -> whole.filter(found::isLike).isEmpty())
          .ifPresent(
              found -> {
                events.add(DeploymentEvents.started(run, found));
                events.add(DeploymentEvents.finished(run, found, stage.ended(), stage.outcome()));
              });
    }
    whole.ifPresent(
        found ->
            events.add(
                DeploymentEvents.finished(
                    run, found, run.started().plus(ending.duration()), ending.deployment())));
    events.addAll(artifacts);
    events.add(RunEvents.finished(run, ending));
    return events;
  }

  /**
   * What was recorded of a run while it ran. That is not all where it began before the plugin was
   * there, or where Jenkins did not live to see its end.
   *
   * @param ids of the events
   * @param last when the last of them happened; {@code null} if there are none
   * @param open deployments that have begun and of which no end was recorded
   */
  public record Recorded(Set<String> ids, @Nullable Instant last, List<Deployment> open) {
    /** Nothing. */
    public static final Recorded NOTHING = new Recorded(Set.of(), null, List.of());

    public Recorded {
      ids = Set.copyOf(ids);
      open = List.copyOf(open);
    }

    /**
     * Whether both the beginning and the end of a run are in it, and so all in between.
     *
     * @param job its full name, by which it was recorded
     */
    public boolean isWhole(String job, int number, Instant started) {
      String run = "run-" + RunFacts.key(job, number, started);
      return ids.contains(run + "-started") && ids.contains(run + "-finished");
    }

    /** How the run ended, which was not before what was recorded of it. */
    public Ending ending(RunFacts run, Ending told) {
      return last == null ? told : told.atLeast(Duration.between(run.started(), last));
    }

    /**
     * What is left to be recorded.
     *
     * @param all events of the run, as read from history
     */
    public List<AuditEvent> rest(RunFacts run, Ending ending, List<AuditEvent> all) {
      List<AuditEvent> rest = new ArrayList<>(all);
      Set<EventRef> refs = all.stream().map(AuditEvent::ref).collect(Collectors.toSet());
      for (Deployment each : open) {
        AuditEvent end =
            DeploymentEvents.finished(
                run, each, run.started().plus(ending.duration()), ending.deployment());
        if (refs.add(end.ref())) {
          rest.add(end);
        }
      }
      rest.removeIf(event -> ids.contains(event.ref().id()));
      return rest;
    }
  }
}
