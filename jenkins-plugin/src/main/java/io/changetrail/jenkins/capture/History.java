// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
}
