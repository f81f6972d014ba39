// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.time.Instant;
import java.util.List;

/** Events as the tests of the server send them. */
final class Events {
  static final String GITHUB = "https://github.com/acme/checkout";
  static final String CLUSTER = "/kubernetes/prod-eu1";
  static final String REVISION = "4f0c1a9be2d35b7788990aabbccddeeff0011223";
  static final String DIGEST =
      "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Events() {}

  static AuditEvent.Builder deployment(
      String id, Instant time, String service, String environment) {
    return AuditEvent.builder(
            new EventRef(GITHUB, id),
            time,
            Actor.user("ada", Actor.Evidence.DECLARED),
            Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                .outcome(Outcome.SUCCESS)
                .summary(service + " 1.4.2 deployed to " + environment)
                .build())
        .target(Target.service(service, environment));
  }

  /** A changed object of a cluster. */
  static AuditEvent.Builder config(
      String id, Instant time, String name, String before, String after) {
    return AuditEvent.builder(
            new EventRef(CLUSTER, id),
            time,
            Actor.user("grace", Actor.Evidence.AUDIT_LOG),
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update")
                .state(StructuralDiff.between(json(before), json(after)))
                .summary("config of " + name + " changed")
                .build())
        .target(
            new Target(name, "prod", "eu-west-1", "prod-eu1", "shop", null)
                .withResource(new Resource("ConfigMap", name, name + "-uid")));
  }

  static AuditEvent.Builder delivery(String id, Instant time, ChangeKind kind, String action) {
    return AuditEvent.builder(
        new EventRef(GITHUB, id),
        time,
        Actor.user("ada", Actor.Evidence.DECLARED),
        Change.of(kind, Phase.FINISHED, action).outcome(Outcome.SUCCESS).summary(action).build());
  }

  static Provenance.Vcs commit(String revision) {
    return new Provenance.Vcs(
        "github.com/acme/checkout", revision, "main", "ada", "Faster totals", "17", null);
  }

  static Provenance.Build build(String run) {
    return new Provenance.Build(
        "github-actions", "ci", run, "https://github.com/acme/checkout/actions/runs/" + run, null);
  }

  static Provenance.Artifact image(String digest) {
    return new Provenance.Artifact(null, digest, "1.4.2");
  }

  static Provenance provenance(
      Provenance.Vcs commit, Provenance.Build build, Provenance.Artifact... artifacts) {
    return new Provenance(commit, build, List.of(artifacts));
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }
}
