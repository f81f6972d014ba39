// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.source.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs of GitHub Actions workflows; each attempt is a run of its own. */
final class WorkflowRuns {
  private static final String SYSTEM = "github-actions";

  private WorkflowRuns() {}

  static List<AuditEvent> map(Payload delivery) {
    String action = delivery.required("/action");
    Payload run = delivery.at("/workflow_run");
    return switch (action) {
      case "requested" ->
          List.of(event(delivery, run, action, Phase.PLANNED, null, "/run_started_at"));
      case "in_progress" ->
          List.of(event(delivery, run, action, Phase.STARTED, null, "/run_started_at"));
      case "completed" ->
          List.of(
              event(
                  delivery,
                  run,
                  action,
                  Phase.FINISHED,
                  outcome(run.text("/conclusion")),
                  "/updated_at"));
      default -> List.of();
    };
  }

  private static AuditEvent event(
      Payload delivery,
      Payload run,
      String action,
      Phase phase,
      @Nullable Outcome outcome,
      String time) {
    Repository repository = Repository.of(delivery);
    Provenance.Build build = build(run);
    String id = "workflow_run-" + build.runId();
    String how = outcome == null ? phase.wireName() : outcome.wireName();
    Change change =
        Change.of(ChangeKind.BUILD, phase, "run")
            .outcome(outcome)
            .id(id)
            .summary(build.pipeline() + " #" + run.required("/run_number") + " " + how)
            .build();
    Provenance.Vcs vcs =
        new Provenance.Vcs(
            repository.url(),
            run.required("/head_sha"),
            run.cut("/head_branch", 512),
            run.cut("/head_commit/author/name", 512),
            run.line("/head_commit/message", 1000),
            run.text("/pull_requests/0/number"),
            null);
    Actor actor =
        Accounts.actor(
            delivery, "/workflow_run/triggering_actor", "/workflow_run/actor", "/sender");
    return AuditEvent.builder(
            repository.ref(id + "-" + action), run.time(time, "/created_at"), actor, change)
        .onBehalfOf(Accounts.principal(delivery, actor, "/workflow_run/actor"))
        .target(repository.target(null))
        .provenance(new Provenance(vcs, build, List.of()))
        .build();
  }

  /** A job that ended: a step of its run. That of a job that was begun is told by its end too. */
  static List<AuditEvent> job(Payload delivery) {
    if (!"completed".equals(delivery.text("/action"))) {
      return List.of();
    }
    Repository repository = Repository.of(delivery);
    Payload job = delivery.at("/workflow_job");
    String name = job.line("/name", 512);
    String conclusion = job.text("/conclusion");
    String attempt = job.text("/run_attempt");
    Provenance.Build build =
        new Provenance.Build(
            SYSTEM,
            job.cut("/workflow_name", 1000),
            job.required("/run_id") + "-" + (attempt == null ? "1" : attempt),
            job.url("/html_url"),
            name);
    Provenance.Vcs vcs =
        new Provenance.Vcs(
            repository.url(),
            job.required("/head_sha"),
            job.cut("/head_branch", 512),
            null,
            null,
            null,
            null);
    // How the run ends is not said by one of its jobs, so the step has no outcome.
    Change change =
        Change.of(ChangeKind.BUILD, Phase.PROGRESSED, "run")
            .id("workflow_run-" + build.runId())
            .summary("job " + name + " " + outcome(conclusion).wireName())
            .build();
    AuditEvent.Builder event =
        AuditEvent.builder(
                repository.ref("workflow_job-" + job.required("/id") + "-completed"),
                job.time("/completed_at", "/started_at"),
                Accounts.actor(delivery, "/sender"),
                change)
            .target(repository.target(null))
            .provenance(new Provenance(vcs, build, List.of()));
    if (conclusion != null) {
      event.attribute("cicd.pipeline.task.run.result", TextNode.valueOf(conclusion));
    }
    return List.of(event.build());
  }

  /** The run that a delivery of any event names as its origin. */
  static Provenance.Build build(Payload run) {
    String name = run.cut("/name", 1000);
    return new Provenance.Build(
        SYSTEM,
        name != null ? name : run.cut("/path", 1000),
        run.required("/id") + "-" + run.required("/run_attempt"),
        run.url("/html_url"),
        null);
  }

  static Outcome outcome(@Nullable String conclusion) {
    return switch (conclusion == null ? "" : conclusion) {
      case "success", "neutral" -> Outcome.SUCCESS;
      case "failure", "timed_out", "startup_failure" -> Outcome.FAILURE;
      case "cancelled", "skipped" -> Outcome.ABORTED;
      default -> Outcome.UNKNOWN;
    };
  }
}
