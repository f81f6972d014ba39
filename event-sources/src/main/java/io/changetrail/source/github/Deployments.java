// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.source.OciImage;
import io.changetrail.source.Payload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deployments and their statuses. A deployment that was created is only asked for; its statuses
 * tell when it began and how it ended.
 *
 * <p>GitHub knows no image, but passes on the {@code payload} of whoever created the deployment: an
 * image reference under {@code image} there becomes the deployed artifact, by whose digest the
 * deployment and the rollout that a cluster reports are known to be one.
 */
final class Deployments {
  private static final String DEPLOY = "deploy";

  private Deployments() {}

  static List<AuditEvent> requested(Payload delivery) {
    if (!"created".equals(delivery.text("/action"))) {
      return List.of();
    }
    Payload deployment = delivery.at("/deployment");
    return List.of(
        event(
            delivery,
            "deployment-" + deployment.required("/id") + "-created",
            deployment.time("/created_at"),
            Phase.PLANNED,
            null,
            Accounts.actor(delivery, "/deployment/creator", "/sender"),
            deployment));
  }

  static List<AuditEvent> moved(Payload delivery) {
    if (!"created".equals(delivery.text("/action"))) {
      return List.of();
    }
    Payload status = delivery.at("/deployment_status");
    String state = status.required("/state");
    return switch (state) {
      case "waiting", "pending", "queued" -> moved(delivery, status, state, Phase.PLANNED, null);
      case "in_progress" -> moved(delivery, status, state, Phase.STARTED, null);
      case "success" -> moved(delivery, status, state, Phase.FINISHED, Outcome.SUCCESS);
      case "failure", "error" -> moved(delivery, status, state, Phase.FINISHED, Outcome.FAILURE);
      // "inactive" only says that a later deployment took its place
      default -> List.of();
    };
  }

  private static List<AuditEvent> moved(
      Payload delivery, Payload status, String state, Phase phase, @Nullable Outcome outcome) {
    return List.of(
        event(
            delivery,
            "deployment_status-" + status.required("/id") + "-" + state,
            status.time("/created_at"),
            phase,
            outcome,
            Accounts.actor(delivery, "/deployment_status/creator", "/sender"),
            status));
  }

  /** A gate asks an App whether the deployment may begin. */
  static List<AuditEvent> awaited(Payload delivery) {
    if (!"requested".equals(delivery.text("/action"))) {
      return List.of();
    }
    Payload deployment = delivery.at("/deployment");
    return List.of(
        event(
            delivery,
            "deployment-" + deployment.required("/id") + "-protection",
            deployment.time("/updated_at", "/created_at"),
            Phase.PLANNED,
            null,
            Accounts.actor(delivery, "/deployment/creator", "/sender"),
            deployment));
  }

  /**
   * A job with an environment is shown as a check: where no status tells how its deployment ended,
   * such as when the job was cancelled, the check does.
   */
  static List<AuditEvent> checked(Payload delivery) {
    Payload check = delivery.at("/check_run");
    Payload deployment = check.at("/deployment");
    if (!deployment.isPresent() || !"completed".equals(delivery.text("/action"))) {
      return List.of();
    }
    return List.of(
        event(
            delivery,
            deployment,
            check.required("/head_sha"),
            "check_run-" + check.required("/id") + "-completed",
            check.time("/completed_at", "/started_at"),
            Phase.FINISHED,
            WorkflowRuns.outcome(check.text("/conclusion")),
            Accounts.actor(delivery, "/sender"),
            deployment));
  }

  /** People decide whether jobs of a run may deploy. One that may not ends before it began. */
  static List<AuditEvent> reviewed(Payload delivery, DeliveryId guid) {
    String action = delivery.required("/action");
    boolean approved = action.equals("approved");
    if (!approved && !action.equals("rejected")) {
      return List.of();
    }
    Repository repository = Repository.of(delivery);
    Payload run = delivery.at("/workflow_run");
    Provenance.Build build = WorkflowRuns.build(run);
    Provenance provenance =
        new Provenance(
            new Provenance.Vcs(
                repository.url(),
                run.required("/head_sha"),
                run.cut("/head_branch", 512),
                null,
                null,
                null,
                null),
            build,
            List.of());
    Set<String> environments = new LinkedHashSet<>();
    String first = delivery.cut("/workflow_job_run/environment", 512);
    if (first != null) {
      environments.add(first);
    }
    Payload jobs = delivery.at("/workflow_job_runs");
    for (int i = 0; i < jobs.node().size(); i++) {
      String environment = jobs.cut("/" + i + "/environment", 512);
      if (environment != null) {
        environments.add(environment);
      }
    }
    // The payload says since when the run has waited, and not when somebody decided.
    Instant time =
        guid.timeOr(delivery, "/workflow_run/updated_at", "/workflow_job_run/updated_at", "/since");
    List<AuditEvent> events = new ArrayList<>();
    for (String environment : environments) {
      Change.Builder change =
          approved
              ? Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, "approve")
              : Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, DEPLOY).outcome(Outcome.DENIED);
      events.add(
          AuditEvent.builder(
                  repository.ref(
                      "deployment_review-" + build.runId() + "-" + environment + "-" + action),
                  time,
                  Accounts.actor(delivery, "/approver", "/sender"),
                  change
                      .summary("deployment to " + environment + " " + action)
                      .reason(delivery.cut("/comment", 8192))
                      .build())
              .target(repository.target(environment))
              .provenance(provenance)
              .build());
    }
    return events;
  }

  private static AuditEvent event(
      Payload delivery,
      String id,
      Instant time,
      Phase phase,
      @Nullable Outcome outcome,
      Actor actor,
      Payload described) {
    Payload deployment = delivery.at("/deployment");
    return event(
        delivery,
        deployment,
        deployment.required("/sha"),
        id,
        time,
        phase,
        outcome,
        actor,
        described);
  }

  private static AuditEvent event(
      Payload delivery,
      Payload deployment,
      String revision,
      String id,
      Instant time,
      Phase phase,
      @Nullable Outcome outcome,
      Actor actor,
      Payload described) {
    Repository repository = Repository.of(delivery);
    String environment = deployment.required("/environment");
    String task = deployment.text("/task");
    Optional<OciImage> image = OciImage.parse(deployment.text("/payload/image"));
    String what =
        image.map(OciImage::version).orElse(revision.substring(0, Math.min(7, revision.length())));
    String how = outcome == null ? phase.wireName() : outcome.wireName();
    Change change =
        Change.of(
                ChangeKind.DEPLOYMENT,
                phase,
                Change.ROLLBACK.equals(task) ? Change.ROLLBACK : DEPLOY)
            .outcome(outcome)
            .id("deployment-" + deployment.required("/id"))
            .summary(repository.name() + " " + what + " to " + environment + ": " + how)
            .reason(described.cut("/description", 8192))
            .build();
    AuditEvent.Builder event =
        AuditEvent.builder(repository.ref(id), time, actor, change)
            .onBehalfOf(
                Accounts.principal(
                    delivery,
                    actor,
                    "/workflow_run/triggering_actor",
                    "/workflow_run/actor",
                    "/deployment/creator"))
            .target(repository.target(environment))
            .provenance(
                new Provenance(
                    vcs(repository, deployment, revision),
                    build(delivery),
                    image.map(one -> List.of(one.artifact())).orElse(List.of())))
            .links(links(delivery.at("/deployment_status")));
    if (task != null && !task.equals(DEPLOY)) {
      event.attribute("deployment.task", TextNode.valueOf(task));
    }
    return event.build();
  }

  /** The deployer may name the revision that it replaces; GitHub itself does not know it. */
  private static Provenance.Vcs vcs(Repository repository, Payload deployment, String revision) {
    String previous = deployment.text("/payload/previous_sha");
    return new Provenance.Vcs(
        repository.url(),
        revision,
        deployment.cut("/ref", 512),
        null,
        null,
        null,
        previous == null ? null : repository.url() + "/compare/" + previous + "..." + revision);
  }

  private static Provenance.@Nullable Build build(Payload delivery) {
    Payload run = delivery.at("/workflow_run");
    if (!run.isPresent()) {
      return null;
    }
    Provenance.Build build = WorkflowRuns.build(run);
    return new Provenance.Build(
        build.system(),
        build.pipeline(),
        build.runId(),
        build.url(),
        delivery.cut("/check_run/name", 512));
  }

  private static Links links(Payload status) {
    Map<String, String> urls = new LinkedHashMap<>();
    String log =
        status.url("/log_url") != null ? status.url("/log_url") : status.url("/target_url");
    if (log != null) {
      urls.put("log", log);
    }
    String environment = status.url("/environment_url");
    if (environment != null) {
      urls.put("environment", environment);
    }
    return new Links(null, null, List.of(), urls);
  }
}
