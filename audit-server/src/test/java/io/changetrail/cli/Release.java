// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.diff.StructuralDiff;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A commit of checkout on its way to production, and a change of configuration beside it. */
record Release(Instant merged) {
  static final String REVISION = "4f0c1a9be2d35b7788990aabbccddeeff0011223";
  static final String DIGEST =
      "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  private static final String GITHUB = "https://github.com/acme/checkout";
  private static final String CLUSTER = "/kubernetes/prod-eu1";

  AuditEvent merge() {
    return github("merge-17", merged, ChangeKind.CODE, "merge", "Faster totals")
        .provenance(new Provenance(commit(), null, List.of()))
        .build();
  }

  AuditEvent build() {
    return github("run-4711", merged.plusSeconds(300), ChangeKind.BUILD, "run", "ci 4711 passed")
        .provenance(new Provenance(commit(), run(), List.of(image())))
        .build();
  }

  AuditEvent deployment() {
    return github(
            "deployment-9",
            merged.plusSeconds(600),
            ChangeKind.DEPLOYMENT,
            "deploy",
            "checkout 1.4.2 deployed to prod")
        .target(new Target("checkout", "prod", "eu-west-1", "prod-eu1", "shop", null))
        .provenance(new Provenance(null, run(), List.of(image())))
        .links(
            new Links(
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                null,
                List.of(),
                Map.of("run", "https://github.com/acme/checkout/actions/runs/4711")))
        .build();
  }

  AuditEvent config() {
    return AuditEvent.builder(
            new EventRef(CLUSTER, "configmap-12"),
            merged.plusSeconds(900),
            new Actor("grace", "Grace H.", Actor.Kind.USER, "kubectl", Actor.Evidence.AUDIT_LOG),
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update")
                .summary("pool of checkout-config smaller")
                .reason("too many connections\nsee the incident")
                .ticket("OPS-7")
                .state(
                    StructuralDiff.between(
                        Terminal.parse("{\"pool\":9,\"mode\":\"fast\"}"),
                        Terminal.parse("{\"pool\":2,\"retries\":3}")))
                .build())
        .target(
            new Target("checkout", "prod", null, "prod-eu1", "shop", null)
                .withResource(new Resource("ConfigMap", "checkout-config", "uid-1")))
        .build();
  }

  private static AuditEvent.Builder github(
      String id, Instant time, ChangeKind kind, String action, String summary) {
    return AuditEvent.builder(
        new EventRef(GITHUB, id),
        time,
        Actor.user("ada", Actor.Evidence.DECLARED),
        Change.of(kind, Phase.FINISHED, action).outcome(Outcome.SUCCESS).summary(summary).build());
  }

  private static Provenance.Vcs commit() {
    return new Provenance.Vcs(
        "github.com/acme/checkout", REVISION, "main", "ada", "Faster totals", "17", null);
  }

  private static Provenance.Build run() {
    return new Provenance.Build(
        "github-actions", "ci", "4711", "https://github.com/acme/shop/actions/runs/4711", null);
  }

  private static Provenance.Artifact image() {
    return new Provenance.Artifact(null, DIGEST, "1.4.2");
  }

  /** All events, one JSON object a line. */
  String lines() {
    return Stream.of(merge(), build(), deployment(), config())
        .map(Release::json)
        .collect(Collectors.joining("\n"));
  }

  static String json(AuditEvent event) {
    return new String(new CloudEventsCodec().encode(event), StandardCharsets.UTF_8);
  }

  /** The id that the server gave to the event with this one of the source. */
  static String eventId(Terminal terminal, String sourceId) {
    for (JsonNode event : terminal.run("query", "--json").succeeded().json()) {
      if (event.path("id").asText().equals(sourceId)) {
        return event.path("eventid").asText();
      }
    }
    throw new AssertionError("no event " + sourceId);
  }
}
