// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events as tests need them. */
final class Samples {
  static final Instant START = Instant.parse("2026-01-31T02:00:00Z");
  static final String GITHUB = "https://github.com/acme/shop";
  static final String KUBERNETES = "/k8s/prod-eu1";
  static final Target CHECKOUT = Target.service("checkout", "prod");
  static final Target PAYMENT = Target.service("payment", "prod");
  static final String REVISION = "6f0cb5a7f3a14ac1b27b1a0d2b0a5f2f4f4c6f11";
  static final Actor ALICE =
      new Actor("alice", "Alice Liddell", Actor.Kind.USER, null, Actor.Evidence.DECLARED);

  private static final ObjectMapper JSON = new ObjectMapper();

  private Samples() {}

  static AuditEvent deployment(String id, Instant time, Target... targets) {
    return AuditEvent.builder(
            new EventRef(GITHUB, id),
            time,
            ALICE,
            Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                .outcome(Outcome.SUCCESS)
                .summary("deploy of shop")
                .reason("faster page")
                .build())
        .targets(List.of(targets))
        .provenance(
            new Provenance(
                new Provenance.Vcs(
                    "https://github.com/acme/shop",
                    REVISION,
                    "main",
                    "bob",
                    "Cache it",
                    null,
                    null),
                null,
                List.of(new Provenance.Artifact(null, null, "1.4.2"))))
        .build();
  }

  static AuditEvent deployment(String id) {
    return deployment(id, START, CHECKOUT);
  }

  /** Adds a ticket to another event. */
  static AuditEvent amendment(String id, EventRef amends, Instant time) {
    return AuditEvent.builder(
            new EventRef(KUBERNETES, id),
            time,
            Actor.unknown(),
            Change.of(ChangeKind.DEPLOYMENT, Phase.OCCURRED, Folding.AMEND)
                .ticket("OPS-17")
                .build())
        .amends(amends)
        .build();
  }

  static Target config(String uid) {
    return CHECKOUT.withResource(new Resource("ConfigMap", "checkout-config", uid));
  }

  /** A change of a resource's state; {@code after} of null deletes it. */
  static AuditEvent config(
      String id, Instant time, Target target, @Nullable String before, @Nullable String after) {
    return AuditEvent.builder(
            new EventRef(KUBERNETES, id),
            time,
            Actor.unknown(),
            Change.of(
                    ChangeKind.CONFIG,
                    Phase.OCCURRED,
                    after == null ? "delete" : before == null ? "create" : "update")
                .state(StructuralDiff.between(tree(before), tree(after)))
                .build())
        .target(target)
        .build();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static @Nullable JsonNode tree(@Nullable String text) {
    return text == null ? null : json(text);
  }
}
