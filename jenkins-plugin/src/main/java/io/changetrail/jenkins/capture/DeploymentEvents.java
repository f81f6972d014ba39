// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.node.DoubleNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of one deployment: its start, its steps and its end, all of one change. */
public final class DeploymentEvents {
  private DeploymentEvents() {}

  public static AuditEvent started(RunFacts run, Deployment deployment) {
    return event(run, deployment, deployment.started(), Phase.STARTED, null, null, false).build();
  }

  /** One that was told as a whole: it has no start and no duration that anybody saw. */
  public static AuditEvent happened(RunFacts run, Deployment deployment, Outcome outcome) {
    return event(run, deployment, deployment.started(), Phase.FINISHED, outcome, null, false)
        .build();
  }

  /** As {@link #progressed}, of a deployment whose start was not told. */
  public static AuditEvent reached(RunFacts run, Deployment deployment, double percentage) {
    return event(run, deployment, deployment.started(), Phase.PROGRESSED, null, percentage, false)
        .build();
  }

  /**
   * A step on its way to everybody, of a deployment that has {@linkplain #started begun}.
   *
   * @param percentage of traffic, users or replicas that have it now, from 0 to 100
   */
  public static AuditEvent progressed(
      RunFacts run, Deployment deployment, Instant at, double percentage) {
    return event(run, deployment, at, Phase.PROGRESSED, null, percentage, true).build();
  }

  /** The end of a deployment that has {@linkplain #started begun}. */
  public static AuditEvent finished(
      RunFacts run, Deployment deployment, Instant at, Outcome outcome) {
    Duration took = Duration.between(deployment.started(), at);
    AuditEvent.Builder event = event(run, deployment, at, Phase.FINISHED, outcome, null, true);
    if (!took.isNegative() && !took.isZero()) {
      event.attribute("deployment.duration", DoubleNode.valueOf(took.toMillis() / 1000.0));
    }
    return event.build();
  }

  /** What names the event of its start. */
  public static EventRef startedRef(RunFacts run, Deployment deployment) {
    return run.controller().ref(id(run, deployment) + "-started");
  }

  private static String id(RunFacts run, Deployment deployment) {
    return "deployment-" + run.key() + "-" + Text.inId(deployment.key(), 100);
  }

  private static AuditEvent.Builder event(
      RunFacts run,
      Deployment deployment,
      Instant at,
      Phase phase,
      @Nullable Outcome outcome,
      @Nullable Double percentage,
      boolean begun) {
    String id = id(run, deployment);
    String step = percentage == null ? "" : "-" + at.toEpochMilli();
    Change change =
        Change.of(ChangeKind.DEPLOYMENT, phase, Text.required(deployment.action(), 64))
            .outcome(outcome)
            .id(id)
            .summary(summary(run, deployment, phase, outcome, percentage))
            .reason(Text.cut(deployment.reason(), 8192))
            .ticket(Text.cut(deployment.ticket(), 1024))
            .rollout(percentage)
            .backfilled(run.backfilled())
            .build();
    List<EventRef> causes = new ArrayList<>();
    if (begun) {
      causes.add(startedRef(run, deployment));
    }
    causes.add(RunEvents.startedRef(run));
    Actor actor = Actors.of(run);
    AuditEvent.Builder event =
        AuditEvent.builder(
                run.controller().ref(id + "-" + phase.wireName() + step), at, actor, change)
            .onBehalfOf(Actors.author(run, actor))
            .targets(targets(deployment))
            .provenance(
                Description.provenance(
                    run,
                    deployment.stage(),
                    Artifacts.declared(deployment.artifact(), deployment.version())))
            .links(Description.links(run, causes));
    Description.describe(run, event);
    return event;
  }

  private static List<Target> targets(Deployment deployment) {
    return deployment.services().stream()
        .map(
            service ->
                Target.service(
                    Text.required(service, 256), Text.required(deployment.environment(), 256)))
        .toList();
  }

  private static String summary(
      RunFacts run,
      Deployment deployment,
      Phase phase,
      @Nullable Outcome outcome,
      @Nullable Double percentage) {
    List<String> services = deployment.services();
    String what =
        services.size() == 1
            ? services.get(0)
            : services.get(0) + " and " + (services.size() - 1) + " more";
    String version = Artifacts.version(deployment.artifact(), deployment.version());
    if (version == null && !run.checkouts().isEmpty()) {
      String revision = run.checkouts().get(0).revision();
      version = revision == null ? null : revision.substring(0, Math.min(7, revision.length()));
    }
    String how =
        percentage != null
            ? Math.round(percentage) + " %"
            : outcome == null ? phase.wireName() : outcome.wireName();
    return Text.required(
        (deployment.action().equals(Change.ROLLBACK) ? "rollback of " : "")
            + what
            + (version == null ? "" : " " + version)
            + " to "
            + deployment.environment()
            + ": "
            + how,
        2000);
  }
}
