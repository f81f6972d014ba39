// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Links;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.source.Payload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How commits reach a branch: merged pull requests, and pushes to the default branch. */
final class Commits {
  private static final int MOST_PATHS = 200;
  private static final int MOST_REVISIONS = 100;
  private static final String BRANCH = "refs/heads/";
  private static final String REVISION = "[0-9a-f]{40,64}";

  private Commits() {}

  static List<AuditEvent> merged(Payload delivery) {
    Payload pull = delivery.at("/pull_request");
    if (!"closed".equals(delivery.text("/action")) || !pull.at("/merged").node().asBoolean()) {
      return List.of();
    }
    Repository repository = Repository.of(delivery);
    String number = pull.required("/number");
    String revision = pull.required("/merge_commit_sha");
    String title = pull.line("/title", 1000);
    String base = pull.text("/base/sha");
    Actor merger = Accounts.actor(delivery, "/pull_request/merged_by", "/sender");
    Change change =
        Change.of(ChangeKind.CODE, Phase.OCCURRED, "merge")
            .summary("#" + number + " merged" + (title == null ? "" : ": " + title))
            .reason(pull.cut("/body", 8192))
            .build();
    Provenance.Vcs vcs =
        new Provenance.Vcs(
            repository.url(),
            revision,
            pull.cut("/base/ref", 512),
            pull.cut("/user/login", 512),
            title,
            number,
            base == null ? null : repository.url() + "/compare/" + base + "..." + revision);
    return List.of(
        AuditEvent.builder(
                repository.ref("pull_request-" + pull.required("/id") + "-merged"),
                pull.time("/merged_at", "/closed_at"),
                merger,
                change)
            .onBehalfOf(Accounts.principal(delivery, merger, "/pull_request/user"))
            .target(repository.target(null))
            .provenance(new Provenance(vcs, null, List.of()))
            .links(links("pull_request", pull.url("/html_url")))
            .build());
  }

  /** Pushes to other branches and to tags change nothing that is shipped. */
  static List<AuditEvent> pushed(Payload delivery) {
    String ref = delivery.required("/ref");
    String branch = delivery.text("/repository/default_branch");
    if (!ref.equals(BRANCH + branch) || delivery.at("/deleted").node().asBoolean()) {
      return List.of();
    }
    Repository repository = Repository.of(delivery);
    String before = delivery.required("/before");
    String revision = delivery.required("/after");
    String message = delivery.line("/head_commit/message", 1000);
    int commits = delivery.at("/commits").node().size();
    Change change =
        Change.of(
                ChangeKind.CODE,
                Phase.OCCURRED,
                delivery.at("/forced").node().asBoolean() ? Change.FORCE_PUSH : "push")
            .summary(
                // In a repository's history nobody says how many there were.
                (commits == 0 ? "" : commits + (commits == 1 ? " commit " : " commits "))
                    + "pushed to "
                    + branch
                    + (message == null ? "" : ": " + message))
            .build();
    Provenance.Vcs vcs =
        new Provenance.Vcs(
            repository.url(),
            revision,
            branch,
            delivery.cut("/head_commit/author/name", 512),
            message,
            null,
            delivery.url("/compare"));
    AuditEvent.Builder event =
        AuditEvent.builder(
                repository.ref("push-" + branch + "-" + before + "-" + revision),
                // The commit may be days older than its push, which only this field tells.
                delivery.time("/repository/pushed_at", "/head_commit/timestamp"),
                Accounts.actor(delivery, "/sender"),
                change)
            .target(repository.target(null))
            .provenance(new Provenance(vcs, null, List.of()));
    order(delivery.at("/commits").node(), event);
    Set<String> changed = paths(delivery.at("/commits").node());
    if (!changed.isEmpty()) {
      ArrayNode paths = JsonNodeFactory.instance.arrayNode();
      changed.stream().limit(MOST_PATHS).forEach(paths::add);
      event.attribute("vcs.changed.paths", paths);
      if (changed.size() > MOST_PATHS) {
        event.attribute("vcs.changed.paths.omitted", IntNode.valueOf(changed.size() - MOST_PATHS));
      }
    }
    return List.of(event.build());
  }

  /** GitHub lists them from the oldest to the newest. */
  private static void order(JsonNode commits, AuditEvent.Builder event) {
    ArrayNode revisions = JsonNodeFactory.instance.arrayNode();
    int omitted = Math.max(0, commits.size() - MOST_REVISIONS);
    for (int i = omitted; i < commits.size(); i++) {
      String revision = commits.path(i).path("id").asText();
      if (revision.matches(REVISION)) {
        revisions.add(revision);
      }
    }
    if (!revisions.isEmpty()) {
      event.attribute(AuditEvent.REVISIONS, revisions);
    }
    if (omitted > 0) {
      event.attribute(AuditEvent.REVISIONS + ".omitted", IntNode.valueOf(omitted));
    }
  }

  private static Set<String> paths(JsonNode commits) {
    TreeSet<String> changed = new TreeSet<>();
    for (JsonNode commit : commits) {
      for (String how : List.of("added", "modified", "removed")) {
        commit.path(how).forEach(path -> changed.add(path.asText()));
      }
    }
    return changed;
  }

  static Links links(String label, @Nullable String url) {
    return url == null ? Links.none() : new Links(null, null, List.of(), Map.of(label, url));
  }
}
