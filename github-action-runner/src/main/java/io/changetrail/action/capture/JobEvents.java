// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.capture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.action.workflow.Inputs;
import io.changetrail.action.workflow.WorkflowJob;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import io.changetrail.source.Payload;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a job does, as events: the beginning and the end of a deployment if it deploys to an
 * environment, else the end of the job itself.
 *
 * <p>Their source is the repository's own with {@code /actions} behind it. The webhooks of the same
 * repository tell of the same deployment under GitHub's id of it, which a job does not know; as
 * another source with the same revision, service and environment the job's account of it joins
 * theirs to one change, and never is a second deployment beside it. The run's id and attempt are
 * written as the webhooks' events have them.
 */
public final class JobEvents {
  private static final String SYSTEM = "github-actions";
  private static final JsonMapper JSON = new JsonMapper();

  private final WorkflowJob job;
  private final Inputs inputs;

  private final DeployedRange range;

  /**
   * @param range what is known of the commits that are deployed
   */
  public JobEvents(WorkflowJob job, Inputs inputs, DeployedRange range) {
    this.job = job;
    this.inputs = inputs;
    this.range = range;
  }

  /** The source of all events of a repository's jobs. */
  public static String source(WorkflowJob job) {
    return job.repositoryUrl() + "/actions";
  }

  /**
   * That a deployment begins.
   *
   * @throws IllegalStateException if no environment is deployed to
   */
  public AuditEvent deploymentStarted(Instant now) {
    return deployment(ref(deploymentId() + "-started"), now, Phase.STARTED, null).build();
  }

  /**
   * That a deployment ended.
   *
   * @param started whether this job told that it began
   * @throws IllegalStateException if no environment is deployed to
   */
  public AuditEvent deploymentFinished(Instant now, Outcome outcome, boolean started) {
    List<EventRef> causes = started ? List.of(ref(deploymentId() + "-started")) : List.of();
    return deployment(ref(deploymentId() + "-finished"), now, Phase.FINISHED, outcome)
        .links(links(causes))
        .build();
  }

  /** That the job ended, which deploys nothing. */
  public AuditEvent jobFinished(Instant now, Outcome outcome) {
    String id = "job-" + job.run() + "-" + jobKey();
    Change change =
        Change.of(ChangeKind.BUILD, Phase.FINISHED, "run")
            .outcome(outcome)
            .id(id)
            .summary(
                cut(job.workflow(), 500)
                    + " #"
                    + job.number()
                    + " job "
                    + cut(job.job(), 500)
                    + " "
                    + outcome.wireName())
            .build();
    return event(ref(id + "-finished"), now, change)
        .target(Target.service(service(), inputs.environment()))
        .attribute("cicd.pipeline.task.run.result", TextNode.valueOf(outcome.wireName()))
        .build();
  }

  private AuditEvent.Builder deployment(
      EventRef ref, Instant now, Phase phase, @Nullable Outcome outcome) {
    String environment = environment();
    String how = outcome == null ? phase.wireName() : outcome.wireName();
    Change change =
        Change.of(ChangeKind.DEPLOYMENT, phase, range.isRollback() ? Change.ROLLBACK : "deploy")
            .outcome(outcome)
            .id(deploymentId())
            .summary(service() + " " + version() + " to " + environment + ": " + how)
            .build();
    AuditEvent.Builder event =
        event(ref, now, change).target(Target.service(service(), environment));
    if (outcome != null) {
      event.attribute("cicd.pipeline.task.run.result", TextNode.valueOf(outcome.wireName()));
    }
    return event;
  }

  private AuditEvent.Builder event(EventRef ref, Instant now, Change change) {
    AuditEvent.Builder event =
        AuditEvent.builder(ref, now, Accounts.actor(job), change)
            .onBehalfOf(Accounts.principal(job, people()))
            .provenance(new Provenance(vcs(), build(), inputs.artifacts()))
            .links(links(List.of()));
    attribute(event, "github.event_name", job.eventName());
    attribute(event, "github.ref", job.ref());
    attribute(event, "github.workflow_ref", job.workflowRef());
    if (inputs.jobWorkflow() != null && !inputs.jobWorkflow().equals(job.workflowRef())) {
      attribute(event, "github.job.workflow_ref", inputs.jobWorkflow());
    }
    attribute(event, "github.job.id", inputs.jobId());
    attribute(event, "github.runner.environment", job.runnerEnvironment());
    attribute(event, "github.deployment.id", job.event().text("/deployment/id"));
    inputs.artifacts().stream()
        .map(Provenance.Artifact::version)
        .filter(version -> version != null)
        .findFirst()
        .ifPresent(version -> attribute(event, "service.version", version));
    if (!job.revision().equals(job.sha())) {
      attribute(event, "github.sha", job.sha());
    }
    describe(range, event);
    if (inputs.matrix() != null) {
      try {
        event.attribute("github.matrix", JSON.readTree(inputs.matrix()));
      } catch (JsonProcessingException e) {
        attribute(event, "github.matrix", cut(inputs.matrix(), 4096));
      }
    }
    return event;
  }

  private static void describe(DeployedRange range, AuditEvent.Builder event) {
    attribute(event, "vcs.ref.base.revision", range.previous());
    if (range.commits() > 0) {
      event.attribute("vcs.revision_delta.commits", IntNode.valueOf(range.commits()));
    }
    if (!range.paths().isEmpty()) {
      ArrayNode paths = JsonNodeFactory.instance.arrayNode();
      range.paths().forEach(paths::add);
      event.attribute("vcs.changed.paths", paths);
    }
    if (!range.pullRequests().isEmpty()) {
      ArrayNode pulls = JsonNodeFactory.instance.arrayNode();
      for (DeployedRange.PullRequest pull : range.pullRequests()) {
        pulls
            .addObject()
            .put("id", pull.number())
            .put("title", cut(pull.title(), 1000))
            .put("author", pull.author())
            .put("merged_by", pull.mergedBy());
      }
      event.attribute("vcs.changes", pulls);
    }
  }

  /** Whose intent it may be, the nearest first. */
  private @Nullable String[] people() {
    List<@Nullable String> logins = new ArrayList<>();
    logins.add(job.actor());
    for (DeployedRange.PullRequest pull : range.pullRequests()) {
      logins.add(pull.mergedBy());
      logins.add(pull.author());
    }
    Payload payload = job.event();
    logins.add(payload.text("/pull_request/merged_by/login"));
    logins.add(payload.text("/pull_request/user/login"));
    logins.add(payload.text("/head_commit/author/username"));
    return logins.toArray(new String[0]);
  }

  private static void attribute(AuditEvent.Builder event, String name, @Nullable String value) {
    if (value != null) {
      event.attribute(name, TextNode.valueOf(value));
    }
  }

  private Provenance.Vcs vcs() {
    Payload payload = job.event();
    String author = payload.cut("/head_commit/author/name", 512);
    String title = payload.line("/head_commit/message", 1000);
    String pull = payload.text("/pull_request/number");
    return new Provenance.Vcs(
        job.repositoryUrl(),
        revision(),
        job.refName() == null ? null : cut(job.refName(), 512),
        author != null ? author : payload.cut("/pull_request/user/login", 512),
        title != null ? title : payload.line("/pull_request/title", 1000),
        pull != null || range.pullRequests().isEmpty()
            ? pull
            : Integer.toString(range.pullRequests().get(0).number()),
        range.compareUrl() != null ? range.compareUrl() : payload.url("/compare"));
  }

  private Provenance.Build build() {
    return new Provenance.Build(
        SYSTEM, cut(job.workflow(), 1000), job.run(), job.runUrl(), cut(job.job(), 512));
  }

  private Links links(List<EventRef> causes) {
    String trace = job.traceparent();
    boolean valid =
        trace != null && trace.matches("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    return new Links(valid ? trace : null, null, causes, Map.of("run", job.runUrl()));
  }

  private EventRef ref(String id) {
    return new EventRef(source(job), id);
  }

  private String service() {
    return inputs.service() == null ? job.repository() : inputs.service();
  }

  private String environment() {
    if (inputs.environment() == null) {
      throw new IllegalStateException("no environment is deployed to");
    }
    return inputs.environment();
  }

  private String revision() {
    return inputs.revision() == null ? job.revision() : inputs.revision();
  }

  /** How people call what is deployed. */
  private String version() {
    return inputs.artifacts().stream()
        .map(Provenance.Artifact::version)
        .filter(version -> version != null)
        .findFirst()
        .orElseGet(() -> cut(revision(), 7));
  }

  /** The same in every job of the attempt, so that one may tell of its start and one of its end. */
  private String deploymentId() {
    return "deployment-"
        + job.run()
        + "-"
        + hash(
            environment(), service(), inputs.deploymentKey() == null ? "" : inputs.deploymentKey());
  }

  /** Tells the jobs of an attempt apart: those of a matrix share their name. */
  private String jobKey() {
    if (inputs.jobId() != null) {
      return inputs.jobId();
    }
    return cut(job.job(), 200) + (inputs.matrix() == null ? "" : "-" + hash(inputs.matrix()));
  }

  private static String hash(String... parts) {
    try {
      String all =
          Stream.of(parts).map(part -> part.length() + ":" + part).collect(Collectors.joining());
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha.digest(all.getBytes(StandardCharsets.UTF_8)))
          .substring(0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most);
  }
}
