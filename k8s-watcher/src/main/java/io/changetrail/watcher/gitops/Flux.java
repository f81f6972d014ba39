// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.gitops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.changetrail.model.Actor;
import io.changetrail.model.Outcome;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Flux's {@code Kustomization} and {@code HelmRelease}.
 *
 * @see <a href="https://fluxcd.io/flux/components/kustomize/kustomizations/">Kustomizations</a>
 * @see <a href="https://fluxcd.io/flux/components/helm/helmreleases/">HelmReleases</a>
 */
final class Flux {
  private static final String KUSTOMIZE = "kustomize.toolkit.fluxcd.io";
  private static final String HELM = "helm.toolkit.fluxcd.io";

  /** States in which nothing was tried, or which pass. */
  private static final Set<String> WAITING =
      Set.of("DependencyNotReady", "Progressing", "ProgressingWithRetry", "ArtifactFailed");

  private Flux() {}

  static boolean isKustomization(JsonNode object) {
    return is(object, "Kustomization", KUSTOMIZE);
  }

  static boolean isHelmRelease(JsonNode object) {
    return is(object, "HelmRelease", HELM);
  }

  static boolean isRepository(JsonNode object) {
    return is(object, "GitRepository", "source.toolkit.fluxcd.io");
  }

  private static boolean is(JsonNode object, String kind, String group) {
    return object.path("kind").asText().equals(kind)
        && object.path("apiVersion").asText().startsWith(group + "/");
  }

  /** Namespace and name of the repository that a Kustomization applies. */
  static String source(JsonNode kustomization) {
    JsonNode reference = kustomization.at("/spec/sourceRef");
    return reference.path("namespace").asText(kustomization.at("/metadata/namespace").asText())
        + "/"
        + reference.path("name").asText();
  }

  /**
   * The last revision that was applied, or could not be.
   *
   * @param repository URL of what it applies, if that is known
   */
  static Optional<Sync> kustomization(JsonNode object, @Nullable String repository) {
    JsonNode status = object.path("status");
    JsonNode ready = ready(status);
    String applied = status.path("lastAppliedRevision").asText("");
    String attempted = status.path("lastAttemptedRevision").asText(applied);
    boolean failed =
        ready.path("status").asText().equals("False")
            && !attempted.isEmpty()
            && !WAITING.contains(ready.path("reason").asText());
    String revision = failed ? attempted : applied;
    if (revision.isEmpty()) {
      return Optional.empty();
    }
    // Either branch@sha1:hash, or branch/hash before version 2.
    int at = Math.max(revision.lastIndexOf('@'), revision.lastIndexOf('/'));
    String commit = revision.substring(at + 1).replaceFirst("^sha(1|256):", "");
    return Optional.of(
        new Sync(
            revision + (failed ? " " + ready.path("reason").asText() : ""),
            ready.path("status").asText().equals("Unknown")
                ? null
                : ArgoCd.time(ready.path("lastTransitionTime").asText("")),
            failed ? Outcome.FAILURE : Outcome.SUCCESS,
            failed ? ready.path("message").asText(ready.path("reason").asText()) : null,
            repository,
            commit.isEmpty() || commit.length() > 256 ? null : commit,
            at <= 0 ? null : revision.substring(0, at),
            ArgoCd.text(object.at("/spec/path")),
            controller("kustomize-controller"),
            Sync.SYNC,
            ArgoCd.text(
                ArgoCd.first(object.at("/spec/targetNamespace"), object.at("/metadata/namespace"))),
            null,
            null));
  }

  /** The newest revision of a release, once it is deployed or failed. */
  static Optional<Sync> helmRelease(JsonNode object) {
    JsonNode newest = object.at("/status/history/0");
    String state = newest.path("status").asText();
    if (!state.equals("deployed") && !state.equals("failed")) {
      return Optional.empty();
    }
    boolean failed = state.equals("failed");
    return Optional.of(
        new Sync(
            "revision " + newest.path("version").asText() + " " + state,
            ArgoCd.time(newest.path("lastDeployed").asText("")),
            failed ? Outcome.FAILURE : Outcome.SUCCESS,
            failed ? ready(object.path("status")).path("message").asText("failed") : null,
            null,
            newest.path("chartName").asText() + " " + newest.path("chartVersion").asText(),
            ArgoCd.text(newest.path("appVersion")),
            null,
            controller("helm-controller"),
            Sync.SYNC,
            ArgoCd.text(ArgoCd.first(newest.path("namespace"), object.at("/metadata/namespace"))),
            null,
            null));
  }

  private static JsonNode ready(JsonNode status) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals("Ready")) {
        return condition;
      }
    }
    return MissingNode.getInstance();
  }

  private static Actor controller(String name) {
    return new Actor(name, null, Actor.Kind.SERVICE, "flux", Actor.Evidence.DECLARED);
  }

  /** Kind, namespace and name of what an object was applied by; the empty string if by none. */
  static String tracked(JsonNode object) {
    JsonNode labels = object.at("/metadata/labels");
    for (String group : new String[] {KUSTOMIZE, HELM}) {
      String name = labels.path(group + "/name").asText("");
      if (!name.isEmpty()) {
        return (group.equals(HELM) ? "HelmRelease" : "Kustomization")
            + "/"
            + labels.path(group + "/namespace").asText()
            + "/"
            + name;
      }
    }
    return "";
  }

  /** As {@link #tracked} names it. */
  static String name(JsonNode object) {
    return object.path("kind").asText()
        + "/"
        + object.at("/metadata/namespace").asText()
        + "/"
        + object.at("/metadata/name").asText();
  }
}
