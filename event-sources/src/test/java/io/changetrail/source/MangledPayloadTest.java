// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.source.flagsmith.FlagsmithMapper;
import io.changetrail.source.github.GithubWebhookMapper;
import io.changetrail.source.kubernetes.KubernetesAuditMapper;
import io.changetrail.source.launchdarkly.LaunchDarklyMapper;
import io.changetrail.source.openfeature.OpenFeatureWebhook;
import io.changetrail.source.unleash.UnleashMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Payloads are hostile: whatever a part is replaced by, a mapper maps or complains by name. */
class MangledPayloadTest {
  private static final String GUID = "75966400-170d-11f1-8000-000000000001";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<JsonNode> REPLACEMENTS =
      List.of(
          JSON.missingNode(),
          JSON.nullNode(),
          JSON.numberNode(Long.MAX_VALUE),
          JSON.numberNode(-7.5),
          JSON.booleanNode(true),
          JSON.textNode(""),
          JSON.textNode("\u0000 \ud800 ~/;:"),
          JSON.textNode("x".repeat(20_000)),
          JSON.arrayNode().add(JSON.nullNode()),
          JSON.objectNode().put("", 1));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pull_request.closed.merged",
        "push.main",
        "workflow_run.completed",
        "package.published",
        "registry_package.published.npm",
        "deployment.created",
        "deployment_status.success",
        "deployment_protection_rule.requested",
        "deployment_review.rejected",
        "check_run.completed.deploys",
        "workflow_job.completed",
        "release.published",
        "create.tag",
        "repository_dispatch.dispatched",
        "branch_protection_rule.edited",
        "repository_ruleset.edited",
        "member.edited",
        "organization.member_removed",
        "team.added_to_repository",
        "deploy_key.created",
        "repository.privatized"
      })
  void aMangledGithubDeliveryIsMappedOrRefused(String file) {
    String event = file.substring(0, file.indexOf('.'));
    mangle("github/" + file, payload -> new GithubWebhookMapper().map(event, payload, GUID));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deployment.patch.image",
        "deployment.patch.scale",
        "deployment.delete",
        "configmap.update"
      })
  void aMangledAuditEntryIsMappedOrRefused(String file) {
    KubernetesAuditMapper mapper = new KubernetesAuditMapper();
    String before = file.substring(0, file.indexOf('.')) + ".before.json";
    mangle("kubernetes/" + file, entry -> mapper.map(entry, "eu1"));
    mangle(
        "kubernetes/" + file,
        entry -> mapper.map(entry, "eu1", Fixture.read("kubernetes/" + before)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"flag.rollout", "flag.off", "flag.created"})
  void aMangledFlagEntryIsMappedOrRefused(String file) {
    mangle("launchdarkly/" + file, new LaunchDarklyMapper()::map);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"feature-environment-enabled", "feature-strategy-update.50", "feature-archived"})
  void aMangledUnleashEventIsMappedOrRefused(String file) {
    mangle("unleash/" + file, payload -> new UnleashMapper().map(payload, "eu"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"flag.updated.rollout", "flag.updated.segment", "flag.deleted"})
  void aMangledFlagsmithDeliveryIsMappedOrRefused(String file) {
    mangle("flagsmith/" + file, payload -> new FlagsmithMapper().map(payload, "eu"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"flag.rollout", "flag.targeted"})
  void aMangledFlagChangeIsMappedOrRefused(String file) {
    mangle(
        "openfeature/" + file,
        payload ->
            new OpenFeatureWebhook()
                .read(
                    new Delivery(
                        "any", Map.of(), payload.toString().getBytes(StandardCharsets.UTF_8)))
                .events());
  }

  private static void mangle(String file, Function<JsonNode, List<AuditEvent>> mapper) {
    ObjectNode whole = Fixture.read(file + ".json");
    List<JsonPointer> parts = new ArrayList<>();
    collect(whole, JsonPointer.empty(), parts);
    for (JsonPointer part : parts) {
      for (JsonNode replacement : REPLACEMENTS) {
        ObjectNode mangled = whole.deepCopy();
        replace(mangled, part, replacement);
        assertThatCode(() -> mapOrRefuse(mapper, mangled))
            .as("%s with %s at %s", file, replacement.getNodeType(), part)
            .doesNotThrowAnyException();
      }
    }
  }

  private static void mapOrRefuse(Function<JsonNode, List<AuditEvent>> mapper, JsonNode payload) {
    try {
      Fixture.overTheWire(mapper.apply(payload));
    } catch (InvalidEventException refused) {
      if (refused.field().isBlank()) {
        throw new IllegalStateException("the complaint names no field", refused);
      }
    }
  }

  private static void collect(JsonNode node, JsonPointer at, List<JsonPointer> parts) {
    if (!at.matches()) {
      parts.add(at);
    }
    node.properties()
        .forEach(field -> collect(field.getValue(), at.appendProperty(field.getKey()), parts));
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(node.get(i), at.appendIndex(i), parts);
      }
    }
  }

  private static void replace(ObjectNode whole, JsonPointer part, JsonNode replacement) {
    JsonNode parent = whole.at(part.head());
    String name = part.last().getMatchingProperty();
    if (parent instanceof ArrayNode array) {
      array.set(
          part.last().getMatchingIndex(),
          replacement.isMissingNode() ? JSON.nullNode() : replacement);
    } else if (replacement.isMissingNode()) {
      ((ObjectNode) parent).remove(name);
    } else {
      ((ObjectNode) parent).set(name, replacement);
    }
  }
}
