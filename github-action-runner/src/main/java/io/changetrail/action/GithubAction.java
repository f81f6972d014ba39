// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import io.changetrail.action.capture.DeployedRange;
import io.changetrail.action.capture.JobEvents;
import io.changetrail.action.github.GithubApi;
import io.changetrail.action.github.GithubApi.ApiException;
import io.changetrail.action.github.RepositoryFiles;
import io.changetrail.action.shipping.IdTokens;
import io.changetrail.action.shipping.JobSpool;
import io.changetrail.action.shipping.Shipment;
import io.changetrail.action.workflow.InputException;
import io.changetrail.action.workflow.Inputs;
import io.changetrail.action.workflow.Inputs.Reports;
import io.changetrail.action.workflow.StepVariables;
import io.changetrail.action.workflow.WorkflowCommands;
import io.changetrail.action.workflow.WorkflowJob;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import io.changetrail.shipper.Credentials;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the two scripts of the action start: {@code main} where its step stands, {@code post} at the
 * end of the job, whatever became of it.
 *
 * <p>It fails open: whatever goes wrong is an annotation of the run, and the job goes on unless
 * {@code fail-on-error} is set.
 */
public final class GithubAction {
  /** How long the step may keep the job waiting for a server that is away. */
  private static final Duration IN_PASSING = Duration.ofSeconds(5);

  /** How long the end of the job may. */
  private static final Duration AT_THE_END = Duration.ofSeconds(30);

  /** Exit code of a failure that was told; 1 is that of a JVM that cannot start. */
  private static final int TOLD = 10;

  private static final String SPOOL = "spool";
  private static final String STARTED = "started";

  private final StepVariables variables;
  private final WorkflowCommands commands;
  private final InstantSource clock;
  private final Duration inPassing;
  private final Duration atTheEnd;
  private final List<String> notes = new ArrayList<>();

  GithubAction(
      StepVariables variables,
      PrintStream log,
      InstantSource clock,
      Duration inPassing,
      Duration atTheEnd) {
    this.inPassing = inPassing;
    this.variables = variables;
    this.clock = clock;
    this.atTheEnd = atTheEnd;
    commands = new WorkflowCommands(variables, log);
  }

  /** Runs one part: {@code main} or {@code post}. */
  public static void main(String[] arguments) {
    PrintStream log = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    GithubAction action =
        new GithubAction(
            new StepVariables(System.getenv()),
            log,
            InstantSource.system(),
            IN_PASSING,
            AT_THE_END);
    System.exit(action.run(arguments.length == 1 && arguments[0].equals("post")));
  }

  /**
   * Runs one part.
   *
   * @return the exit code: 0 unless something went wrong and {@code fail-on-error} is set, then 10
   */
  int run(boolean post) {
    Inputs.secrets(variables).forEach(commands::mask);
    try {
      Inputs inputs = Inputs.of(variables);
      WorkflowJob job = WorkflowJob.of(variables);
      return post ? atEnd(job, inputs) : atStep(job, inputs);
    } catch (InputException e) {
      return failed(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      return failed("nothing was recorded: " + e);
    }
  }

  private int failed(String message) {
    if (Inputs.failsOnError(variables)) {
      commands.fail(message);
      return TOLD;
    }
    commands.warn(message);
    return 0;
  }

  private int atStep(WorkflowJob job, Inputs inputs) {
    String spool = "changetrail-" + UUID.randomUUID();
    commands.state(SPOOL, spool);
    // Nobody should wait for GitHub's API before it begins.
    JobEvents begun = new JobEvents(job, inputs, DeployedRange.unknown());
    List<AuditEvent> happened =
        switch (inputs.reports()) {
          case JOB ->
              inputs.environment() == null
                  ? List.of()
                  : List.of(begun.deploymentStarted(clock.instant()));
          case STARTED -> List.of(begun.deploymentStarted(clock.instant()));
          case FINISHED -> finished(job, inputs, false);
        };
    if (happened.isEmpty()) {
      commands.say("Changetrail records this job when it ends.");
      return 0;
    }
    boolean last = inputs.reports() != Reports.JOB;
    commands.state(STARTED, Boolean.toString(!last));
    Shipment shipment = spool(job, inputs, spool).ship(happened, inPassing, last);
    tell(happened, shipment, inputs);
    if (shipment.isComplete()) {
      if (last) {
        commands.state("done", "true");
      }
      return 0;
    }
    commands.state("unsent", "true");
    commands.say(
        "The server does not have it yet ("
            + shipment.trouble()
            + "); it is sent again when the job ends.");
    return 0;
  }

  private int atEnd(WorkflowJob job, Inputs inputs) {
    if (variables.state("done").isPresent()) {
      return 0;
    }
    String spool = variables.state(SPOOL).orElseGet(() -> "changetrail-" + UUID.randomUUID());
    List<AuditEvent> happened =
        inputs.reports() == Reports.JOB
            ? finished(
                job, inputs, variables.state(STARTED).map(Boolean::parseBoolean).orElse(false))
            : List.of();
    Shipment shipment = spool(job, inputs, spool).ship(happened, atTheEnd, true);
    tell(happened, shipment, inputs);
    if (shipment.isComplete()) {
      return 0;
    }
    return failed(
        (shipment.unsent().size() == 1
                ? "1 event is not at the server"
                : shipment.unsent().size() + " events are not at the server")
            + (shipment.trouble() == null ? "" : ": " + shipment.trouble())
            + (shipment.refused() == 0 ? "" : "; it refused " + shipment.refused())
            + ". The job summary has them, and the command that sends them.");
  }

  private JobSpool spool(WorkflowJob job, Inputs inputs, String spool) {
    Path temporary =
        Path.of(variables.get("RUNNER_TEMP").orElseGet(() -> System.getProperty("java.io.tmpdir")));
    String token = inputs.token();
    Credentials credentials =
        token != null
            ? () -> token
            : IdTokens.of(variables, inputs.audience(), commands::mask)
                .orElseGet(Credentials::none);
    return new JobSpool(
        temporary.resolve(spool),
        inputs.server(),
        credentials,
        "run-" + job.run() + "-" + spool.replace("changetrail-", ""),
        inputs.redactionKey());
  }

  private List<AuditEvent> finished(WorkflowJob job, Inputs inputs, boolean started) {
    Instant now = clock.instant();
    GithubApi api = api(job, inputs);
    Outcome outcome = outcome(inputs, api);
    DeployedRange range = range(job, inputs, api);
    notes.addAll(range.notes());
    JobEvents events = new JobEvents(job, inputs, range);
    if (inputs.environment() == null) {
      return List.of(events.jobFinished(now, outcome));
    }
    AuditEvent deployment = events.deploymentFinished(now, outcome, started);
    List<AuditEvent> all = new ArrayList<>(List.of(deployment));
    if (api != null && outcome == Outcome.SUCCESS) {
      RepositoryFiles files = new RepositoryFiles(api, inputs);
      all.addAll(files.changes(deployment, range));
      notes.addAll(files.notes());
    }
    return all;
  }

  /** The commit that a push came on top of; {@code null} if it made the branch, or is no push. */
  private static @Nullable String pushedOnto(WorkflowJob job) {
    String before = job.event().text("/before");
    return !job.eventName().equals("push") || before == null || before.matches("0+")
        ? null
        : before;
  }

  /** {@code null} where it is not to be asked, or cannot be. */
  private @Nullable GithubApi api(WorkflowJob job, Inputs inputs) {
    boolean wanted = inputs.environment() != null || inputs.outcome() == null;
    if (inputs.githubToken() == null || !wanted) {
      return null;
    }
    try {
      return GithubApi.connect(job, inputs.githubToken(), atTheEnd.dividedBy(2));
    } catch (ApiException e) {
      degraded(e);
      return null;
    }
  }

  private void degraded(ApiException e) {
    notes.add(
        "Recorded from the payload alone, because GitHub's API does not answer: " + e.getMessage());
  }

  private DeployedRange range(WorkflowJob job, Inputs inputs, @Nullable GithubApi api) {
    if (api != null && inputs.environment() != null) {
      try {
        String revision = inputs.revision() == null ? job.revision() : inputs.revision();
        return api.since(inputs.environment(), revision, pushedOnto(job));
      } catch (ApiException e) {
        degraded(e);
      }
    }
    return DeployedRange.unknown();
  }

  private Outcome outcome(Inputs inputs, @Nullable GithubApi api) {
    if (inputs.outcome() != null) {
      return inputs.outcome();
    }
    try {
      Optional<Outcome> known = api == null ? Optional.empty() : api.outcome(inputs.jobId());
      if (known.isPresent()) {
        return known.get();
      }
    } catch (ApiException e) {
      degraded(e);
    }
    notes.add(
        "The outcome is unknown: input 'outcome' is empty, and GitHub's API does not tell it.");
    return Outcome.UNKNOWN;
  }

  private void tell(List<AuditEvent> happened, Shipment shipment, Inputs inputs) {
    happened.forEach(event -> commands.say("recorded: " + event.change().summary()));
    notes.forEach(commands::say);
    if (!happened.isEmpty()) {
      commands.output("event-id", happened.get(0).ref().id());
      commands.output("event-source", happened.get(0).ref().source());
    }
    commands.output("accepted", Long.toString(shipment.accepted()));
    commands.output("unsent", JobSummary.lines(shipment.unsent()));
    commands.summary(JobSummary.of(happened, shipment, inputs.server(), notes));
  }
}
