// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.Links;
import io.changetrail.model.Provenance;
import io.changetrail.model.RedactedValue;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces secrets by keyed hashes: {@code hmac-sha256:<keyId>:<hex>}, or {@code redacted} without
 * a key. Redacting twice changes nothing more.
 *
 * <p>Secret are: all values of a Kubernetes Secret, values under credential-like keys, values at
 * configured paths, and whatever looks like a known kind of token, key or credential, wherever it
 * stands.
 */
public final class Redactor {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_NESTED_JSON = 1 << 18;

  private final RedactionRules rules;
  private final @Nullable RedactionKey key;

  /**
   * @param key {@code null} where no key was given; then secrets cannot be compared either
   */
  public Redactor(RedactionRules rules, @Nullable RedactionKey key) {
    this.rules = rules;
    this.key = key;
  }

  /** The event without secrets, wherever they stood. */
  public AuditEvent redact(AuditEvent event) {
    AuditEvent.Builder redacted =
        event.toBuilder()
            .actor(actor(event.actor()))
            .change(change(event.change()))
            .provenance(provenance(event.provenance()))
            .links(links(event.links()))
            .unmapped((ObjectNode) redact(event.unmapped()).tree());
    if (event.onBehalfOf() != null) {
      redacted.onBehalfOf(actor(event.onBehalfOf()));
    }
    redacted.targets(event.targets().stream().map(this::target).toList());
    Map<String, JsonNode> attributes = new LinkedHashMap<>();
    event.attributes().forEach((name, value) -> attributes.put(text(name), underKey(name, value)));
    return redacted.attributes(attributes).build();
  }

  private Actor actor(Actor actor) {
    return new Actor(
        text(actor.id()),
        optional(actor.name()),
        actor.kind(),
        optional(actor.via()),
        actor.evidence());
  }

  private Target target(Target target) {
    Resource resource = target.resource();
    return new Target(
        optional(target.service()),
        optional(target.environment()),
        optional(target.region()),
        optional(target.cluster()),
        optional(target.namespace()),
        resource == null
            ? null
            : new Resource(text(resource.kind()), text(resource.name()), optional(resource.uid())));
  }

  private Change change(Change change) {
    StateChange state = state(change.state());
    Change.Builder redacted = change.toBuilder().state(state);
    redacted.summary(text(change.summary()));
    redacted.reason(optional(change.reason()));
    redacted.ticket(optional(change.ticket()));
    redacted.id(optional(change.id()));
    return redacted.build();
  }

  private StateChange state(StateChange state) {
    if (state.isEmpty()) {
      return state;
    }
    Set<String> pointers = new LinkedHashSet<>(state.redacted());
    JsonNode before = part(state.before(), pointers);
    JsonNode after = part(state.after(), pointers);
    ArrayNode patch = state.patch();
    if (patch != null) {
      boolean derivable = before != null || after != null;
      boolean changed = !equal(before, state.before()) || !equal(after, state.after());
      if (changed && derivable && !state.truncated()) {
        patch = StructuralDiff.patch(before, after);
      } else {
        patch = patch(patch);
      }
    }
    return new StateChange(before, after, patch, List.copyOf(pointers), state.truncated());
  }

  private static boolean equal(@Nullable JsonNode left, @Nullable JsonNode right) {
    return left == null ? right == null : left.equals(right);
  }

  private @Nullable JsonNode part(@Nullable JsonNode tree, Set<String> pointers) {
    if (tree == null) {
      return null;
    }
    RedactedTree redacted = redact(tree);
    pointers.addAll(redacted.pointers());
    return redacted.tree();
  }

  /** Redacts the values of a patch by the keys that its paths end in. */
  private ArrayNode patch(ArrayNode patch) {
    ArrayNode redacted = JsonNodeFactory.instance.arrayNode();
    for (JsonNode operation : patch) {
      JsonNode value = operation.get("value");
      if (value == null || !(operation instanceof ObjectNode)) {
        redacted.add(redact(operation).tree());
        continue;
      }
      ObjectNode copy = (ObjectNode) operation.deepCopy();
      List<String> path = new ArrayList<>();
      for (String segment : operation.path("path").asText("").split("/", -1)) {
        path.add(segment.replace("~1", "/").replace("~0", "~"));
      }
      String last = path.get(path.size() - 1);
      boolean secret =
          path.stream().anyMatch(rules::isSecretKey)
              || rules.isSecretPath(path.subList(1, path.size()));
      copy.set("value", secret ? allOf(value) : underKey(last, value));
      redacted.add(copy);
    }
    return redacted;
  }

  private Provenance provenance(Provenance provenance) {
    Provenance.Vcs vcs = provenance.vcs();
    Provenance.Build build = provenance.build();
    return new Provenance(
        vcs == null
            ? null
            : new Provenance.Vcs(
                optional(vcs.repository()),
                optional(vcs.revision()),
                optional(vcs.ref()),
                optional(vcs.author()),
                optional(vcs.message()),
                optional(vcs.pullRequest()),
                optional(vcs.compareUrl())),
        build == null
            ? null
            : new Provenance.Build(
                optional(build.system()),
                optional(build.pipeline()),
                optional(build.runId()),
                optional(build.url()),
                optional(build.stage())),
        provenance.artifacts().stream()
            .map(
                artifact ->
                    new Provenance.Artifact(
                        optional(artifact.purl()),
                        optional(artifact.digest()),
                        optional(artifact.version())))
            .toList());
  }

  private Links links(Links links) {
    Map<String, String> urls = new LinkedHashMap<>();
    links.urls().forEach((label, url) -> urls.put(text(label), text(url)));
    return new Links(links.traceparent(), optional(links.tracestate()), links.causedBy(), urls);
  }

  private @Nullable String optional(@Nullable String value) {
    return value == null ? null : text(value);
  }

  /** Free text with the secrets in it replaced. */
  public String text(String value) {
    return SecretShapes.replace(value, this::replacement);
  }

  /** A copy of the tree without secrets. */
  public RedactedTree redact(JsonNode tree) {
    List<String> pointers = new ArrayList<>();
    JsonNode redacted = walk(tree, new ArrayList<>(), pointers);
    return new RedactedTree(redacted, pointers);
  }

  private JsonNode underKey(String name, JsonNode value) {
    return rules.isSecretKey(name) ? allOf(value) : redact(value).tree();
  }

  private JsonNode walk(JsonNode node, List<String> path, List<String> pointers) {
    if (node instanceof ObjectNode object) {
      return object(object, path, pointers);
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
      for (int i = 0; i < array.size(); i++) {
        path.add(Integer.toString(i));
        copy.add(walk(array.get(i), path, pointers));
        path.remove(path.size() - 1);
      }
      return copy;
    }
    if (!node.isTextual()) {
      return node;
    }
    String redacted = scalar(node.textValue());
    if (redacted.equals(node.textValue())) {
      return node;
    }
    pointers.add(pointer(path));
    return TextNode.valueOf(redacted);
  }

  private ObjectNode object(ObjectNode object, List<String> path, List<String> pointers) {
    boolean kubernetesSecret = object.path("kind").asText().equals("Secret");
    // {"name": "DB_PASSWORD", "value": "…"}, as in a container's environment
    boolean secretEntry =
        object.path("name").isTextual() && rules.isSecretKey(object.get("name").textValue());
    ObjectNode copy = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = field.getKey();
      path.add(name);
      boolean secret =
          rules.isSecretKey(name)
              || rules.isSecretPath(path)
              || (kubernetesSecret && (name.equals("data") || name.equals("stringData")))
              || (secretEntry && name.equals("value"));
      JsonNode value =
          secret ? all(field.getValue(), path, pointers) : walk(field.getValue(), path, pointers);
      copy.set(text(name), value);
      path.remove(path.size() - 1);
    }
    return copy;
  }

  /** Everything below is secret: each scalar is replaced, the shape stays. */
  private JsonNode all(JsonNode node, List<String> path, List<String> pointers) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        path.add(field.getKey());
        copy.set(text(field.getKey()), all(field.getValue(), path, pointers));
        path.remove(path.size() - 1);
      }
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
      for (int i = 0; i < array.size(); i++) {
        path.add(Integer.toString(i));
        copy.add(all(array.get(i), path, pointers));
        path.remove(path.size() - 1);
      }
      return copy;
    }
    if (node.isNull()
        || node.isBoolean()
        || RedactedValue.is(node.asText())
        || node.asText().isEmpty()) {
      return node;
    }
    pointers.add(pointer(path));
    return TextNode.valueOf(replacement(node.asText()));
  }

  private JsonNode allOf(JsonNode node) {
    return all(node, new ArrayList<>(), new ArrayList<>());
  }

  /** A value by itself: JSON in a string is redacted as JSON, anything else by its shape. */
  private String scalar(String value) {
    String stripped = value.strip();
    boolean maybeJson =
        stripped.length() > 1
            && stripped.length() <= MAX_NESTED_JSON
            && (stripped.charAt(0) == '{' || stripped.charAt(0) == '[');
    if (maybeJson) {
      try {
        JsonNode nested = JSON.readTree(stripped);
        JsonNode redacted = redact(nested).tree();
        return text(redacted.equals(nested) ? value : redacted.toString());
      } catch (JsonProcessingException notJson) {
        return text(value); // it only looked like JSON
      }
    }
    return text(value);
  }

  private String replacement(String secret) {
    return key == null ? RedactedValue.UNKEYED : key.hash(secret);
  }

  private static String pointer(List<String> path) {
    StringBuilder pointer = new StringBuilder();
    for (String segment : path) {
      pointer.append('/').append(segment.replace("~", "~0").replace("/", "~1"));
    }
    return pointer.toString();
  }
}
