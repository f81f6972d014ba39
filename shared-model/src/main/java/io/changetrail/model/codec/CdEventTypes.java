// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one table between (kind, phase, action, outcome) and CDEvents types, in both directions.
 *
 * <p>{@code service.*} says that it <em>happened</em>, so it is used only for a change that ended
 * well, on one service, in a named environment, with a named artifact; every other deployment is a
 * custom type of ours.
 *
 * @see <a href="https://github.com/cdevents/spec/tree/v0.5.1">CDEvents 0.5.1</a>
 */
public final class CdEventTypes {
  /** The version of the specification that we emit. */
  public static final String SPEC_VERSION = "0.5.1";

  static final String STANDARD = "dev.cdevents.";
  static final String CUSTOM = "dev.cdeventsx.";
  private static final String OURS = CUSTOM + "changetrail-";
  private static final String OUR_VERSION = ".0.1.0";

  private static final Set<String> REMOVALS = Set.of("delete", "remove", "undeploy");
  private static final Set<String> UPGRADES = Set.of("upgrade", "update");

  /** What a foreign event of a type without our own data says about its change. */
  record Meaning(ChangeKind kind, Phase phase, String action, @Nullable Outcome outcome) {}

  /** Subject and predicate of each type of CDEvents 0.1 to 0.6, and what it means. */
  private static final Map<String, Meaning> MEANINGS =
      Map.ofEntries(
          happened("service.deployed", ChangeKind.DEPLOYMENT, "deploy"),
          happened("service.upgraded", ChangeKind.DEPLOYMENT, "upgrade"),
          happened("service.rolledback", ChangeKind.DEPLOYMENT, Change.ROLLBACK),
          happened("service.removed", ChangeKind.DEPLOYMENT, "remove"),
          seen("service.published", ChangeKind.ACTIVITY, "publish"),
          seen("environment.created", ChangeKind.INFRASTRUCTURE, "create"),
          seen("environment.modified", ChangeKind.INFRASTRUCTURE, "update"),
          seen("environment.deleted", ChangeKind.INFRASTRUCTURE, "delete"),
          seen("change.created", ChangeKind.CODE, "create"),
          seen("change.reviewed", ChangeKind.CODE, "review"),
          seen("change.merged", ChangeKind.CODE, "merge"),
          seen("change.abandoned", ChangeKind.CODE, "abandon"),
          seen("change.updated", ChangeKind.CODE, "update"),
          seen("branch.created", ChangeKind.CODE, "create_branch"),
          seen("branch.deleted", ChangeKind.CODE, "delete_branch"),
          seen("repository.created", ChangeKind.ACTIVITY, "create"),
          seen("repository.modified", ChangeKind.ACTIVITY, "update"),
          seen("repository.deleted", ChangeKind.ACTIVITY, "delete"),
          of("build.queued", ChangeKind.BUILD, Phase.PLANNED, "build"),
          of("build.started", ChangeKind.BUILD, Phase.STARTED, "build"),
          finished("build.finished", ChangeKind.BUILD, "build"),
          of("pipelinerun.queued", ChangeKind.BUILD, Phase.PLANNED, "run"),
          of("pipelinerun.started", ChangeKind.BUILD, Phase.STARTED, "run"),
          finished("pipelinerun.finished", ChangeKind.BUILD, "run"),
          of("taskrun.started", ChangeKind.BUILD, Phase.STARTED, "run"),
          finished("taskrun.finished", ChangeKind.BUILD, "run"),
          seen("artifact.packaged", ChangeKind.ARTIFACT, "package"),
          seen("artifact.signed", ChangeKind.ARTIFACT, "sign"),
          seen("artifact.published", ChangeKind.ARTIFACT, "publish"),
          seen("artifact.downloaded", ChangeKind.ARTIFACT, "download"),
          seen("artifact.deleted", ChangeKind.ARTIFACT, "delete"),
          of("incident.detected", ChangeKind.INCIDENT, Phase.STARTED, "detect"),
          of("incident.reported", ChangeKind.INCIDENT, Phase.PROGRESSED, "report"),
          happened("incident.resolved", ChangeKind.INCIDENT, "resolve"),
          of("testcaserun.queued", ChangeKind.ACTIVITY, Phase.PLANNED, "test"),
          of("testcaserun.started", ChangeKind.ACTIVITY, Phase.STARTED, "test"),
          finished("testcaserun.finished", ChangeKind.ACTIVITY, "test"),
          seen("testcaserun.skipped", ChangeKind.ACTIVITY, "skip_test"),
          of("testsuiterun.queued", ChangeKind.ACTIVITY, Phase.PLANNED, "test"),
          of("testsuiterun.started", ChangeKind.ACTIVITY, Phase.STARTED, "test"),
          finished("testsuiterun.finished", ChangeKind.ACTIVITY, "test"),
          of("testsuite.started", ChangeKind.ACTIVITY, Phase.STARTED, "test"),
          finished("testsuite.finished", ChangeKind.ACTIVITY, "test"),
          of("testcase.queued", ChangeKind.ACTIVITY, Phase.PLANNED, "test"),
          of("testcase.started", ChangeKind.ACTIVITY, Phase.STARTED, "test"),
          finished("testcase.finished", ChangeKind.ACTIVITY, "test"),
          seen("testoutput.published", ChangeKind.ACTIVITY, "publish"),
          seen("ticket.created", ChangeKind.ACTIVITY, "create"),
          seen("ticket.updated", ChangeKind.ACTIVITY, "update"),
          seen("ticket.closed", ChangeKind.ACTIVITY, "close"),
          seen("approval.created", ChangeKind.ACTIVITY, "request_approval"),
          seen("approval.updated", ChangeKind.ACTIVITY, "update_approval"),
          seen("approval.closed", ChangeKind.ACTIVITY, "approve"));

  private CdEventTypes() {}

  /** The type under which an event goes out: its own if it came with one. */
  public static String typeOf(AuditEvent event) {
    return event.type() != null ? event.type() : derive(event);
  }

  static String derive(AuditEvent event) {
    Change change = event.change();
    ChangeKind kind = change.kind();
    if (event.amends() != null) {
      return ours("operation.performed");
    }
    if (kind.equals(ChangeKind.DEPLOYMENT)) {
      return deployment(event);
    }
    if (kind.equals(ChangeKind.CONFIG)) {
      return ours(
          switch (change.action()) {
            case Change.DRIFT -> "config.drifted";
            case Change.DRIFT_RESOLVED -> "config.driftresolved";
            default -> "config.changed";
          });
    }
    if (kind.equals(ChangeKind.FEATURE_FLAG)) {
      return ours("featureflag.changed");
    }
    if (kind.equals(ChangeKind.CODE) && change.action().equals("merge") && happened(change)) {
      return standard("change.merged", "0.3.0");
    }
    if (kind.equals(ChangeKind.BUILD)) {
      return build(event);
    }
    if (kind.equals(ChangeKind.ARTIFACT) && change.action().equals("publish") && happened(change)) {
      return purl(event).isPresent()
          ? standard("artifact.published", "0.3.0")
          : ours("operation.performed");
    }
    if (kind.equals(ChangeKind.INCIDENT) && environment(event).isPresent()) {
      return incident(change);
    }
    if (kind.equals(ChangeKind.INFRASTRUCTURE) && happened(change) && isWholeEnvironment(event)) {
      return standard("environment.modified", "0.3.0");
    }
    return ours("operation.performed");
  }

  private static String deployment(AuditEvent event) {
    Change change = event.change();
    boolean named =
        event.targets().size() == 1
            && event.targets().get(0).service() != null
            && event.targets().get(0).environment() != null
            && purl(event).isPresent();
    if (happened(change) && named) {
      if (change.isRollback()) {
        return standard("service.rolledback", "0.3.0");
      }
      if (REMOVALS.contains(change.action())) {
        return standard("service.removed", "0.3.0");
      }
      return standard(
          UPGRADES.contains(change.action()) ? "service.upgraded" : "service.deployed", "0.3.0");
    }
    return ours(
        switch (change.phase()) {
          case PLANNED, STARTED -> "deployment.started";
          case PROGRESSED -> "deployment.progressed";
          case FINISHED, OCCURRED -> "deployment.finished";
        });
  }

  private static String build(AuditEvent event) {
    Provenance.Build build = event.provenance().build();
    boolean linked = build != null && build.pipeline() != null && build.url() != null;
    return switch (event.change().phase()) {
      case PLANNED -> standard("pipelinerun.queued", "0.3.0");
      case STARTED ->
          linked ? standard("pipelinerun.started", "0.3.0") : ours("operation.performed");
      case FINISHED -> standard("pipelinerun.finished", "0.3.0");
      case PROGRESSED, OCCURRED -> ours("operation.performed");
    };
  }

  private static String incident(Change change) {
    return switch (change.phase()) {
      case STARTED, OCCURRED -> standard("incident.detected", "0.3.0");
      case FINISHED -> standard("incident.resolved", "0.3.0");
      case PLANNED, PROGRESSED -> ours("operation.performed");
    };
  }

  private static boolean happened(Change change) {
    return switch (change.phase()) {
      case OCCURRED -> change.outcome() == null || change.outcome() == Outcome.SUCCESS;
      case FINISHED -> change.outcome() == Outcome.SUCCESS;
      case PLANNED, STARTED, PROGRESSED -> false;
    };
  }

  private static boolean isWholeEnvironment(AuditEvent event) {
    return event.targets().size() == 1
        && event.targets().get(0).service() == null
        && event.targets().get(0).resource() == null;
  }

  static Optional<String> environment(AuditEvent event) {
    return event.targets().stream()
        .map(Target::environmentName)
        .flatMap(Optional::stream)
        .findFirst();
  }

  static Optional<String> purl(AuditEvent event) {
    List<Provenance.Artifact> artifacts = event.provenance().artifacts();
    return artifacts.size() == 1 ? Optional.ofNullable(artifacts.get(0).purl()) : Optional.empty();
  }

  /** What a standard type means, or nothing if the specification has no such type. */
  static Optional<Meaning> meaning(String type) {
    return Optional.ofNullable(MEANINGS.get(subjectAndPredicate(type)));
  }

  /** {@code service.deployed} of {@code dev.cdevents.service.deployed.0.3.0}. */
  static String subjectAndPredicate(String type) {
    String[] parts = type.split("\\.", -1);
    return parts.length < 4 ? "" : parts[2] + "." + parts[3];
  }

  /** The subjects and predicates of all standard types. */
  static Set<String> known() {
    return MEANINGS.keySet();
  }

  private static String standard(String subjectAndPredicate, String version) {
    return STANDARD + subjectAndPredicate + "." + version;
  }

  private static String ours(String subjectAndPredicate) {
    return OURS + subjectAndPredicate + OUR_VERSION;
  }

  private static Map.Entry<String, Meaning> of(
      String type, ChangeKind kind, Phase phase, String action) {
    return Map.entry(type, new Meaning(kind, phase, action, null));
  }

  private static Map.Entry<String, Meaning> seen(String type, ChangeKind kind, String action) {
    return of(type, kind, Phase.OCCURRED, action);
  }

  private static Map.Entry<String, Meaning> happened(String type, ChangeKind kind, String action) {
    return Map.entry(type, new Meaning(kind, Phase.FINISHED, action, Outcome.SUCCESS));
  }

  /** The outcome is in the subject's content; unknown where it is not. */
  private static Map.Entry<String, Meaning> finished(String type, ChangeKind kind, String action) {
    return Map.entry(type, new Meaning(kind, Phase.FINISHED, action, Outcome.UNKNOWN));
  }
}
