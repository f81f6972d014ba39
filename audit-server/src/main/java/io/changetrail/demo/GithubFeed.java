// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.source.github.GithubWebhookMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** What GitHub's webhooks would have delivered. */
final class GithubFeed {
  private static final Template ACCOUNT = new Template("github-account");
  private static final Template REPOSITORY = new Template("github-repository");
  private static final Template PULL_REQUEST = new Template("github-pull_request");
  private static final Template RUN = new Template("github-workflow_run");
  private static final Template PACKAGE = new Template("github-package");
  private static final Template DEPLOYMENT = new Template("github-deployment");
  private static final Template DEPLOY_RUN = new Template("github-workflow");
  private static final Template DEPLOYMENT_EVENT = new Template("github-deployment_event");
  private static final Template STATUS = new Template("github-deployment_status");

  private final GithubWebhookMapper mapper = new GithubWebhookMapper();
  private final LongSupplier ids;
  private final List<AuditEvent> events;

  GithubFeed(LongSupplier ids, List<AuditEvent> events) {
    this.ids = ids;
    this.events = events;
  }

  void merged(Release release, Instant at, int number, String author, String merger) {
    deliver(
        "pull_request",
        PULL_REQUEST,
        release,
        Map.of(
            "id", ids.getAsLong(),
            "number", number,
            "time", at,
            "author", user(author),
            "merger", user(merger)));
  }

  /** A run that was started by a push of this person, and how it ended. */
  void built(Release release, Instant at, Duration took, String conclusion, String person) {
    Map<String, Object> run = new HashMap<>();
    run.put("id", ids.getAsLong());
    run.put("number", ids.getAsLong() % 10_000);
    run.put("started", at);
    run.put("actor", user(person));
    run.put("author", person);
    run.putAll(
        Map.of("action", "in_progress", "status", "in_progress", "conclusion", "", "time", at));
    deliver("workflow_run", RUN, release, run);
    run.putAll(
        Map.of(
            "action",
            "completed",
            "status",
            "completed",
            "conclusion",
            conclusion,
            "time",
            at.plus(took)));
    deliver("workflow_run", RUN, release, run);
  }

  void published(Release release, Instant at) {
    deliver(
        "package",
        PACKAGE,
        release,
        Map.of(
            "id", ids.getAsLong(),
            "packageId", release.service().repositoryId(),
            "name", release.service().repository(),
            "time", at,
            "actor", bot()));
  }

  /** A deployment by the deploy workflow: asked for, started 20 s later, ended. */
  void deployed(
      Release release,
      String environment,
      String task,
      Instant at,
      Duration took,
      boolean succeeded,
      String person) {
    String repository = "acme/" + release.service().repository();
    long runId = ids.getAsLong();
    Map<String, Object> facts = new HashMap<>();
    facts.put(
        "run",
        DEPLOY_RUN.fill(Map.of("id", runId, "repositoryName", repository, "actor", user(person))));
    facts.put("log", "https://github.com/" + repository + "/actions/runs/" + runId);
    facts.put("creator", bot());
    facts.put("environment", environment);
    facts.put(
        "deployment",
        DEPLOYMENT.fill(
            Map.of(
                "id", ids.getAsLong(),
                "revision", release.revision(),
                "previous", release.previousRevision(),
                "image", release.image(),
                "task", task,
                "environment", environment,
                "created", at,
                "creator", bot())));
    deliver("deployment", DEPLOYMENT_EVENT, release, facts);
    facts.put("description", "");
    status(release, facts, "in_progress", at.plusSeconds(20));
    if (!succeeded) {
      facts.put("description", "rollout did not become ready in time");
    }
    status(release, facts, succeeded ? "success" : "failure", at.plus(took));
  }

  private void status(Release release, Map<String, Object> facts, String state, Instant at) {
    facts.put("id", ids.getAsLong());
    facts.put("state", state);
    facts.put("time", at);
    deliver("deployment_status", STATUS, release, facts);
  }

  private void deliver(
      String event, Template template, Release release, Map<String, Object> facts) {
    ShopService service = release.service();
    Map<String, Object> all = new HashMap<>();
    all.put("repositoryName", "acme/" + service.repository());
    all.put(
        "repository",
        REPOSITORY.fill(Map.of("id", service.repositoryId(), "name", service.repository())));
    all.put("revision", release.revision());
    all.put("previous", release.previousRevision());
    all.put("digest", release.digest());
    all.put("version", release.version());
    all.put("title", release.title());
    all.putAll(facts);
    events.addAll(mapper.map(event, template.fill(all)));
  }

  private static ObjectNode user(String login) {
    return account(login, "User");
  }

  private static ObjectNode bot() {
    return account("github-actions[bot]", "Bot");
  }

  private static ObjectNode account(String login, String type) {
    return ACCOUNT.fill(
        Map.of(
            "login", login, "id", 10_000 + Math.floorMod(login.hashCode(), 10_000), "type", type));
  }
}
