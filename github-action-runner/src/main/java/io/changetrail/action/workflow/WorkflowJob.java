// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.changetrail.source.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The job that the action runs in.
 *
 * @param repositoryUrl {@code https://github.com/owner/name}, or the same on an enterprise host
 * @param repository {@code owner/name}
 * @param sha the commit that the run was made for, which of a pull request is a merge on trial
 * @param ref full name of branch or tag; {@code null} where there is none
 * @param refName the same without {@code refs/heads/}
 * @param runId the same for all attempts
 * @param attempt from 1 on
 * @param number of the run within its workflow
 * @param workflow its name, or its path if it has none
 * @param workflowRef the file that the job is of, with its ref; {@code null} on old runners
 * @param job id of the job within that file
 * @param actor who began the run
 * @param triggeringActor who began this attempt
 * @param eventName what the run was begun by
 * @param event its payload, which is the webhook's; missing where there is none
 * @param apiUrl of GitHub's REST API
 * @param runnerEnvironment {@code github-hosted} or {@code self-hosted}; {@code null} if not told
 * @param traceparent W3C trace context that an earlier step set; {@code null} if none did
 */
public record WorkflowJob(
    String repositoryUrl,
    String repository,
    String sha,
    @Nullable String ref,
    @Nullable String refName,
    String runId,
    String attempt,
    String number,
    String workflow,
    @Nullable String workflowRef,
    String job,
    String actor,
    String triggeringActor,
    String eventName,
    Payload event,
    String apiUrl,
    @Nullable String runnerEnvironment,
    @Nullable String traceparent) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * The job that a step's variables tell of.
   *
   * @throws IllegalStateException if they are not those of a step
   */
  public static WorkflowJob of(StepVariables variables) {
    String repository = variables.required("GITHUB_REPOSITORY");
    String actor = variables.required("GITHUB_ACTOR");
    return new WorkflowJob(
        variables.get("GITHUB_SERVER_URL").orElse("https://github.com") + "/" + repository,
        repository,
        variables.required("GITHUB_SHA"),
        variables.get("GITHUB_REF").orElse(null),
        variables.get("GITHUB_REF_NAME").orElse(null),
        variables.required("GITHUB_RUN_ID"),
        variables.get("GITHUB_RUN_ATTEMPT").orElse("1"),
        variables.get("GITHUB_RUN_NUMBER").orElse("1"),
        variables.required("GITHUB_WORKFLOW"),
        variables.get("GITHUB_WORKFLOW_REF").orElse(null),
        variables.required("GITHUB_JOB"),
        actor,
        variables.get("GITHUB_TRIGGERING_ACTOR").orElse(actor),
        variables.get("GITHUB_EVENT_NAME").orElse("unknown"),
        Payload.of(variables.get("GITHUB_EVENT_PATH").map(WorkflowJob::read).orElse(absent())),
        variables.get("GITHUB_API_URL").orElse("https://api.github.com"),
        variables.get("RUNNER_ENVIRONMENT").orElse(null),
        variables.get("TRACEPARENT").orElse(null));
  }

  private static JsonNode read(String path) {
    try {
      return JSON.readTree(Files.readAllBytes(Path.of(path)));
    } catch (IOException e) {
      // The variables tell what matters most; the payload adds to it.
      return absent();
    }
  }

  private static JsonNode absent() {
    return MissingNode.getInstance();
  }

  /** The commit under work: of a pull request its head, which other events of GitHub name too. */
  public String revision() {
    String head = event.text("/pull_request/head/sha");
    return eventName.equals("pull_request") && head != null ? head : sha;
  }

  /** What names this attempt of the run, as in the events of webhooks. */
  public String run() {
    return runId + "-" + attempt;
  }

  /** Where people see it. */
  public String runUrl() {
    return repositoryUrl
        + "/actions/runs/"
        + runId
        + (attempt.equals("1") ? "" : "/attempts/" + attempt);
  }
}
