// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.source.github.GithubWebhookMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened in a repository before anybody listened. Objects of the API are those that webhooks
 * carry, so deliveries are made of them and mapped as any other: an event has the same id whichever
 * way it came.
 */
final class GithubHistory {
  private static final Logger LOG = LoggerFactory.getLogger(GithubHistory.class);

  private final GithubApi api;
  private final GithubWebhookMapper mapper = new GithubWebhookMapper();

  GithubHistory(GithubApi api) {
    this.api = api;
  }

  /**
   * Its deployments, runs, merges and releases, each marked as read from history.
   *
   * @param repository as the API gives it
   */
  List<AuditEvent> since(JsonNode repository, Instant since)
      throws IOException, InterruptedException {
    String name = repository.path("full_name").asText();
    List<AuditEvent> events = new ArrayList<>();
    for (JsonNode deployment :
        api.list(
            name,
            "/deployments?per_page=100",
            null,
            one -> !at(one, "created_at").isBefore(since))) {
      ObjectNode delivery = delivery(repository, "created", deployment.path("creator"));
      delivery.set("deployment", deployment);
      add("deployment", delivery, events);
      String statuses = "/deployments/" + deployment.path("id").asText() + "/statuses?per_page=100";
      for (JsonNode status : api.list(name, statuses, null, any -> true)) {
        ObjectNode moved = delivery(repository, "created", status.path("creator"));
        moved.set("deployment", deployment);
        moved.set("deployment_status", status);
        add("deployment_status", moved, events);
      }
    }
    for (JsonNode run :
        api.list(
            name,
            "/actions/runs?per_page=100&created=%3E%3D" + since,
            "workflow_runs",
            a -> true)) {
      if (run.path("status").asText().equals("completed")) {
        ObjectNode delivery = delivery(repository, "completed", run.path("actor"));
        delivery.set("workflow_run", run);
        add("workflow_run", delivery, events);
      }
    }
    for (JsonNode pull :
        api.list(
            name,
            "/pulls?state=closed&sort=updated&direction=desc&per_page=100",
            null,
            one -> !at(one, "updated_at").isBefore(since))) {
      if (!at(pull, "merged_at").isBefore(since)) {
        ObjectNode delivery = delivery(repository, "closed", pull.path("merged_by"));
        delivery.set("pull_request", ((ObjectNode) pull).put("merged", true));
        add("pull_request", delivery, events);
      }
    }
    for (JsonNode release :
        api.list(
            name, "/releases?per_page=100", null, one -> !at(one, "created_at").isBefore(since))) {
      if (!release.path("draft").asBoolean()) {
        ObjectNode delivery = delivery(repository, "published", release.path("author"));
        delivery.set("release", release);
        add("release", delivery, events);
      }
    }
    return events;
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
        events.add(
            mapped.toBuilder()
                .change(mapped.change().toBuilder().backfilled(true).build())
                .build());
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
