// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.gitops;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.Change;
import io.changetrail.model.Outcome;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Argo CD's {@code Application}.
 *
 * @see <a href="https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml">
 *     Application</a>
 */
final class ArgoCd {
  private static final String TRACKING = "argocd.argoproj.io/tracking-id";
  private static final String INSTANCE = "argocd.argoproj.io/instance";
  private static final String LABEL = "app.kubernetes.io/instance";

  private static final Set<String> HERE = Set.of("https://kubernetes.default.svc", "in-cluster");

  private ArgoCd() {}

  static boolean is(JsonNode object) {
    return object.path("kind").asText().equals("Application")
        && object.path("apiVersion").asText().startsWith("argoproj.io/");
  }

  /** The last sync; empty while none has ended. */
  static Optional<Sync> sync(JsonNode application) {
    JsonNode state = application.at("/status/operationState");
    String finished = state.path("finishedAt").asText("");
    JsonNode result = state.path("syncResult");
    if (finished.isEmpty() || result.isMissingNode()) {
      return Optional.empty();
    }
    String phase = state.path("phase").asText();
    JsonNode spec = application.path("spec");
    JsonNode source =
        first(
            result.path("source"),
            result.at("/sources/0"),
            spec.path("source"),
            spec.at("/sources/0"));
    JsonNode destination = spec.path("destination");
    String revision = text(first(result.path("revision"), result.at("/revisions/0")));
    String server =
        destination.path("server").asText(destination.path("name").asText("in-cluster"));
    return Optional.of(
        new Sync(
            state.path("startedAt").asText(finished) + " " + revision,
            time(finished),
            phase.equals("Succeeded") ? Outcome.SUCCESS : Outcome.FAILURE,
            phase.equals("Succeeded") ? null : state.path("message").asText(phase),
            text(source.path("repoURL")),
            revision,
            text(source.path("targetRevision")),
            text(first(source.path("path"), source.path("chart"))),
            actor(state.at("/operation/initiatedBy")),
            isRollback(application.at("/status/history"), revision) ? Change.ROLLBACK : Sync.SYNC,
            text(destination.path("namespace")),
            HERE.contains(server) ? null : server,
            null));
  }

  /** Whether an application applies something to this cluster. */
  static boolean isHere(JsonNode application) {
    JsonNode destination = application.at("/spec/destination");
    return HERE.contains(
        destination.path("server").asText(destination.path("name").asText("in-cluster")));
  }

  /**
   * Whether what an application is compared with is what was applied.
   *
   * @param applied an entry of its history
   */
  static boolean isOf(JsonNode sync, JsonNode applied) {
    return (applied.hasNonNull("revision") || applied.hasNonNull("revisions"))
        && isSame(sync.path("revision"), applied.path("revision"))
        && isSame(sync.path("revisions"), applied.path("revisions"))
        && isSame(sync.at("/comparedTo/source"), applied.path("source"))
        && isSame(sync.at("/comparedTo/sources"), applied.path("sources"));
  }

  /** Older versions leave some of it out, and of one or several sources the others are empty. */
  private static boolean isSame(JsonNode one, JsonNode other) {
    return isNothing(one) || isNothing(other) || one.equals(other);
  }

  private static boolean isNothing(JsonNode value) {
    return value.isMissingNode() || value.isNull() || (value.isContainerNode() && value.isEmpty());
  }

  private static Actor actor(JsonNode by) {
    String user = by.path("username").asText("");
    return user.isEmpty()
        ? new Actor("argocd", null, Actor.Kind.SERVICE, "automated sync", Actor.Evidence.DECLARED)
        : new Actor(user, null, Actor.Kind.USER, "argocd", Actor.Evidence.DECLARED);
  }

  /** Whether the newest deployment has a revision that was deployed before another. */
  private static boolean isRollback(JsonNode history, @Nullable String revision) {
    int last = history.size() - 1;
    if (last < 2
        || revision == null
        || !history.get(last).path("revision").asText().equals(revision)
        || history.get(last - 1).path("revision").asText().equals(revision)) {
      return false;
    }
    for (int i = 0; i < last - 1; i++) {
      if (history.get(i).path("revision").asText().equals(revision)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The name of the application that an object belongs to; the empty string if it tells of none.
   */
  static String tracked(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    String id = metadata.path("annotations").path(TRACKING).asText("");
    if (!id.isEmpty()) {
      return id.substring(0, Math.max(0, id.indexOf(':')));
    }
    return metadata
        .path("labels")
        .path(INSTANCE)
        .asText(metadata.path("labels").path(LABEL).asText(""));
  }

  /** As {@link #tracked} names it; an application outside of Argo CD's own namespace has both. */
  static Set<String> names(JsonNode application) {
    String name = application.at("/metadata/name").asText();
    return Set.of(name, application.at("/metadata/namespace").asText() + "_" + name);
  }

  static JsonNode first(JsonNode... candidates) {
    for (JsonNode candidate : candidates) {
      if (!candidate.isMissingNode() && !candidate.isNull()) {
        return candidate;
      }
    }
    return candidates[0];
  }

  static @Nullable String text(JsonNode value) {
    String text = value.asText("");
    return text.isBlank() || text.length() > 1024 ? null : text;
  }

  static @Nullable Instant time(String text) {
    return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
  }
}
