// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.source.github.GithubWebhookMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened in a repository before anybody listened. Objects of the API are those that webhooks
 * carry, so deliveries are made of them and mapped as any other: an event has the same id whichever
 * way it came.
 */
final class GithubHistory {
  private static final Logger LOG = LoggerFactory.getLogger(GithubHistory.class);

  /** Activities by which commits come to a branch. */
  private static final Set<String> PUSHES =
      Set.of("push", "force_push", "pr_merge", "merge_queue_merge");

  /** Attempts of a repeated run that are asked for, one by one, the newest first. */
  private static final int MOST_OF_A_RUN = 20;

  /** The same of all runs of a repository together. */
  private static final int MOST_ATTEMPTS = 500;

  private static final Duration LONGEST_DRAFT = Duration.ofDays(90);

  private final GithubApi api;
  private final GithubWebhookMapper mapper = new GithubWebhookMapper();

  GithubHistory(GithubApi api) {
    this.api = api;
  }

  /**
   * What was found.
   *
   * @param gaps what cannot be read, and why; empty if all can
   * @param failure of GitHub at some of it, which may be found when it is asked again; {@code null}
   *     if there was none
   */
  record Found(List<AuditEvent> events, List<String> gaps, @Nullable ApiException failure) {}

  /** What is known, and need not be asked for. */
  interface Known {
    /** Whether a deployment's end is. */
    boolean hasEnded(JsonNode repository, JsonNode deployment);

    /** Whether the end of an attempt at a run is. */
    boolean hasEnded(JsonNode repository, JsonNode run, int attempt);
  }

  /** One sort of object of a repository. */
  private interface Part {
    void read() throws IOException, InterruptedException;
  }

  /** All that happened in a repository since a moment, each marked as read from history. */
  Found since(JsonNode repository, Instant since, Known known)
      throws IOException, InterruptedException {
    return moved(repository, since, since, known);
  }

  /**
   * The same of what happened since a moment to what may have begun before it: a run takes its
   * time, and a deployment may wait for somebody to approve it.
   *
   * @param repository as the API gives it
   * @param begun nothing that began before it is looked at
   */
  Found moved(JsonNode repository, Instant since, Instant begun, Known known)
      throws IOException, InterruptedException {
    List<AuditEvent> events = new ArrayList<>();
    List<String> gaps = new ArrayList<>();
    ApiException failure = null;
    for (Part part :
        List.<Part>of(
            () -> deployments(repository, since, begun, known, events),
            () -> runs(repository, since, begun, known, events),
            () -> merges(repository, since, events),
            () -> pushes(repository, since, events),
            () -> releases(repository, since, events))) {
      try {
        part.read();
      } catch (ApiException e) {
        if (!e.waiting().isZero()) {
          throw e; // it wants to be left alone in everything
        }
        String gap = String.valueOf(e.getMessage()); // such as a right that the App does not have
        if (e.isPassing()) {
          failure = e; // GitHub fails at lists that are too large, and gives the others
        } else if (!gaps.contains(gap)) {
          gaps.add(gap);
        }
      } catch (RuntimeException e) {
        failure = ApiException.passing("an answer cannot be read: " + e, Duration.ZERO);
      }
    }
    return new Found(events, gaps, failure);
  }

  private void deployments(
      JsonNode repository, Instant since, Instant begun, Known known, List<AuditEvent> events)
      throws IOException, InterruptedException {
    String name = repository.path("full_name").asText();
    for (JsonNode deployment :
        api.list(
            name,
            "/deployments?per_page=100",
            null,
            one -> !at(one, "created_at").isBefore(begun))) {
      ObjectNode delivery = delivery(repository, "created", deployment.path("creator"));
      delivery.set("deployment", deployment);
      add("deployment", delivery, events);
      if (at(deployment, "created_at").isBefore(since) && known.hasEnded(repository, deployment)) {
        continue;
      }
      String statuses = "/deployments/" + deployment.path("id").asText() + "/statuses?per_page=100";
      for (JsonNode status : api.list(name, statuses, null, any -> true)) {
        ObjectNode moved = delivery(repository, "created", status.path("creator"));
        moved.set("deployment", deployment);
        moved.set("deployment_status", status);
        add("deployment_status", moved, events);
      }
    }
  }

  private void runs(
      JsonNode repository, Instant since, Instant begun, Known known, List<AuditEvent> events)
      throws IOException, InterruptedException {
    int asked = 0;
    for (JsonNode run :
        api.list(
            repository.path("full_name").asText(),
            "/actions/runs?per_page=100&created=%3E%3D" + begun.truncatedTo(ChronoUnit.SECONDS),
            "workflow_runs",
            any -> true)) {
      run(repository, run, since, events);
      // An attempt begins when the one before it has ended.
      if (run.path("run_attempt").asInt() > 1
          && !at(run, "run_started_at").isBefore(since)
          && asked < MOST_ATTEMPTS) {
        asked += attempts(repository, run, since, known, events);
      }
    }
    if (asked >= MOST_ATTEMPTS) {
      throw ApiException.lasting(
          "of so many repeated runs only " + asked + " earlier attempts are read");
    }
  }

  private void run(JsonNode repository, JsonNode run, Instant since, List<AuditEvent> events) {
    if (run.path("status").asText().equals("completed") && !at(run, "updated_at").isBefore(since)) {
      ObjectNode delivery = delivery(repository, "completed", run.path("actor"));
      delivery.set("workflow_run", run);
      add("workflow_run", delivery, events);
    }
  }

  /** The attempts before the one that is listed; how many were asked for. */
  private int attempts(
      JsonNode repository, JsonNode run, Instant since, Known known, List<AuditEvent> events)
      throws IOException, InterruptedException {
    String id = run.path("id").asText();
    int last = run.path("run_attempt").asInt();
    int asked = 0;
    for (int attempt = last - 1; attempt >= Math.max(1, last - MOST_OF_A_RUN); attempt--) {
      if (known.hasEnded(repository, run, attempt)) {
        continue;
      }
      asked++;
      try {
        JsonNode earlier =
            api.get(
                repository.path("full_name").asText(),
                "/actions/runs/" + id + "/attempts/" + attempt);
        run(repository, earlier, since, events);
        if (at(earlier, "run_started_at").isBefore(since)) {
          return asked;
        }
      } catch (ApiException e) {
        if (e.isPassing()) {
          throw e;
        }
        return asked; // GitHub has it no more, and so none before it
      }
    }
    return asked;
  }

  private void merges(JsonNode repository, Instant since, List<AuditEvent> events)
      throws IOException, InterruptedException {
    for (JsonNode pull :
        api.list(
            repository.path("full_name").asText(),
            "/pulls?state=closed&sort=updated&direction=desc&per_page=100",
            null,
            one -> !at(one, "updated_at").isBefore(since))) {
      if (!at(pull, "merged_at").isBefore(since)) {
        ObjectNode delivery = delivery(repository, "closed", pull.path("merged_by"));
        delivery.set("pull_request", ((ObjectNode) pull).put("merged", true));
        add("pull_request", delivery, events);
      }
    }
  }

  /** What came to the default branch, the oldest first; the enricher asks the rest. */
  private void pushes(JsonNode repository, Instant since, List<AuditEvent> events)
      throws IOException, InterruptedException {
    String ref = "refs/heads/" + repository.path("default_branch").asText();
    List<JsonNode> activities =
        new ArrayList<>(
            api.list(
                repository.path("full_name").asText(),
                "/activity?ref=" + URLEncoder.encode(ref, StandardCharsets.UTF_8) + "&per_page=100",
                null,
                one -> !at(one, "timestamp").isBefore(since)));
    Collections.reverse(activities);
    for (JsonNode activity : activities) {
      String how = activity.path("activity_type").asText();
      if (!PUSHES.contains(how) || !activity.path("ref").asText().equals(ref)) {
        continue;
      }
      String before = activity.path("before").asText();
      String after = activity.path("after").asText();
      ObjectNode there = repository.deepCopy();
      there.set("pushed_at", activity.path("timestamp"));
      ObjectNode delivery = delivery(there, "", activity.path("actor"));
      delivery.put("ref", ref).put("before", before).put("after", after);
      delivery.put("forced", how.equals("force_push"));
      delivery.put(
          "compare",
          repository.path("html_url").asText()
              + "/compare/"
              + before.substring(0, Math.min(12, before.length()))
              + "..."
              + after.substring(0, Math.min(12, after.length())));
      add("push", delivery, events);
    }
  }

  private void releases(JsonNode repository, Instant since, List<AuditEvent> events)
      throws IOException, InterruptedException {
    for (JsonNode release :
        api.list(
            repository.path("full_name").asText(),
            "/releases?per_page=100",
            null,
            // They are listed by the date of their commit, which may be long before.
            one -> !at(one, "created_at").isBefore(since.minus(LONGEST_DRAFT)))) {
      if (!release.path("draft").asBoolean() && !at(release, "published_at").isBefore(since)) {
        ObjectNode delivery = delivery(repository, "published", release.path("author"));
        delivery.set("release", release);
        add("release", delivery, events);
      }
    }
  }

  private static ObjectNode delivery(JsonNode repository, String action, JsonNode sender) {
    ObjectNode delivery = JsonNodeFactory.instance.objectNode();
    delivery.put("action", action);
    delivery.set("repository", repository);
    if (sender.isObject()) {
      delivery.set("sender", sender);
    }
    return delivery;
  }

  private void add(String event, JsonNode delivery, List<AuditEvent> events) {
    try {
      for (AuditEvent mapped : mapper.map(event, delivery)) {
        events.add(GithubEnricher.backfilled(mapped));
      }
    } catch (InvalidEventException e) {
      LOG.warn("history of GitHub: a {} is left out: {}", event, e.getMessage());
    }
  }

  /** The beginning of time if it has no moment. */
  private static Instant at(JsonNode object, String field) {
    try {
      return Instant.parse(object.path(field).asText());
    } catch (DateTimeException e) {
      return Instant.MIN;
    }
  }
}
