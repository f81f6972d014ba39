// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.RedactedValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the secrets of JSON trees: by the names that values stand under, by configured paths, by
 * the kind of a Kubernetes object, and within each text. What has no secret in it stays the same
 * instance. Remembers what it found; good for one event.
 */
@SuppressWarnings("ReferenceEquality") // the same instance says that nothing was replaced
final class SecretsInTree {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Strict, because what a lenient reader passes over would be passed over here too. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private static final int MAX_NESTED_JSON = 1 << 18;
  private static final int DEEPEST = 200;

  private static final List<String> NAMES = List.of("name", "key", "Name", "Key", "variable");
  private static final Set<String> VALUES =
      Set.of("value", "values", "Value", "Values", "val", "default", "defaultValue", "content");

  /** What an object that only points to a Kubernetes Secret consists of. */
  private static final Set<String> REFERENCE =
      Set.of(
          "name",
          "namespace",
          "secretName",
          "items",
          "optional",
          "defaultMode",
          "kind",
          "apiVersion");

  private static final Set<String> TOKEN_PROJECTION =
      Set.of("audience", "expirationSeconds", "path");

  private final List<List<String>> secretPlaces;
  private final Replacement replacement;
  private final List<String> path = new ArrayList<>();
  private final Set<String> pointers = new LinkedHashSet<>();
  private final Set<String> secretPointers = new LinkedHashSet<>();
  private final Set<String> found = new LinkedHashSet<>();
  private final Map<String, String> concealed = new LinkedHashMap<>();
  private boolean ofCredentialFlag;

  SecretsInTree(List<List<String>> secretPlaces, Replacement replacement) {
    this.secretPlaces = secretPlaces;
    this.replacement = replacement;
  }

  /**
   * What follows is the state of a feature flag whose key names a credential: what it gives people
   * is secret, whom it gives it to is not.
   */
  void ofCredentialFlag() {
    ofCredentialFlag = true;
  }

  /** Whether, in the state of such a flag, that place is of what the flag gives people. */
  boolean isWithinFlagValue(List<String> place) {
    return ofCredentialFlag
        && place.stream().anyMatch(name -> VALUES.contains(name) || name.equals("variants"));
  }

  private boolean isFlagValue(String name, JsonNode value) {
    return ofCredentialFlag
        && (VALUES.contains(name) || (value.isObject() && name.equals("variants")));
  }

  /** JSON Pointers, by the names as they are after redaction, of all values replaced so far. */
  Set<String> pointers() {
    return pointers;
  }

  /** Those of {@link #pointers} at which the whole value was secret, not a part of a text. */
  Set<String> secretPointers() {
    return secretPointers;
  }

  /** The values that were secret for where they stood, which need not look like secrets. */
  Set<String> found() {
    return found;
  }

  /** All values that had a secret in them, and what they became. */
  Map<String, String> concealed() {
    return concealed;
  }

  /** The tree without secrets. */
  JsonNode redact(JsonNode tree) {
    return walk(tree, false);
  }

  /** The state of a Kubernetes Secret, or of a part of one. */
  JsonNode redactKubernetesSecret(JsonNode tree) {
    boolean whole =
        tree.has("data") || tree.has("stringData") || tree.has("metadata") || tree.has("kind");
    return whole || !tree.isContainerNode() ? walk(tree, true) : all(tree);
  }

  /** A value by the place at which it stands, itself included. */
  JsonNode redactAt(List<String> place, boolean secret, JsonNode value) {
    path.clear();
    path.addAll(place);
    JsonNode redacted = secret || isSecretPlace() ? all(value) : walk(value, false);
    path.clear();
    return redacted;
  }

  String text(String value) {
    return SecretsInText.replace(value, replacement);
  }

  private JsonNode walk(JsonNode node, boolean kubernetesSecret) {
    if (node instanceof ObjectNode object) {
      return path.size() > DEEPEST ? tooDeep() : object(object, kubernetesSecret);
    }
    if (node instanceof ArrayNode array) {
      return path.size() > DEEPEST ? tooDeep() : array(array, kubernetesSecret);
    }
    if (!node.isTextual() && !node.isBinary() && !node.isPojo()) {
      return node;
    }
    String value = node.asText();
    String redacted = scalar(value);
    if (redacted.equals(value)) {
      return node;
    }
    pointers.add(Pointers.of(path));
    concealed.put(value, redacted);
    return TextNode.valueOf(redacted);
  }

  /** Nobody reads on so far below; what cannot be looked at cannot be kept. */
  private JsonNode tooDeep() {
    pointers.add(Pointers.of(path));
    return TextNode.valueOf(RedactedValue.UNKEYED);
  }

  private JsonNode array(ArrayNode array, boolean kubernetesSecrets) {
    ArrayNode copy = null;
    boolean afterOption = false;
    for (int i = 0; i < array.size(); i++) {
      JsonNode item = array.get(i);
      path.add(Integer.toString(i));
      JsonNode redacted =
          afterOption && item.isTextual() && !item.textValue().startsWith("--")
              ? all(item)
              : walk(item, kubernetesSecrets);
      path.remove(path.size() - 1);
      afterOption = isCredentialOption(item);
      if (copy == null && redacted != item) {
        copy = NODES.arrayNode(array.size());
        for (int j = 0; j < i; j++) {
          copy.add(array.get(j));
        }
      }
      if (copy != null) {
        copy.add(redacted);
      }
    }
    return copy == null ? array : copy;
  }

  /** {@code --password} in the list of a command's arguments: the next one is the password. */
  private static boolean isCredentialOption(JsonNode item) {
    return item.isTextual()
        && item.textValue().startsWith("-")
        && item.textValue().indexOf('=') < 0
        && item.textValue().indexOf(' ') < 0
        && CredentialNames.holdCredential(item.textValue());
  }

  private JsonNode object(ObjectNode object, boolean isKubernetesSecret) {
    String kind = object.path("kind").asText();
    boolean kubernetesSecret = isKubernetesSecret || kind.equalsIgnoreCase("Secret");
    boolean secretList = kind.equals("SecretList");
    boolean credentialEntry = isCredentialEntry(object);
    ObjectNode copy = null;
    int index = 0;
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      String shownName = text(name);
      path.add(shownName);
      boolean secret =
          (credentialEntry && VALUES.contains(name))
              || isFlagValue(name, value)
              || (kubernetesSecret && (name.equals("data") || name.equals("stringData")))
              || holdsSecret(name, value)
              || isSecretPlace();
      JsonNode redacted = secret ? all(value) : walk(value, secretList && name.equals("items"));
      path.remove(path.size() - 1);
      boolean same = redacted == value && shownName.equals(name);
      if (copy == null && !same) {
        copy = NODES.objectNode();
        int kept = 0;
        for (Map.Entry<String, JsonNode> earlier : object.properties()) {
          if (kept++ == index) {
            break;
          }
          copy.set(earlier.getKey(), earlier.getValue());
        }
      }
      if (copy != null) {
        copy.set(unlike(shownName, copy), redacted);
      }
      index++;
    }
    return copy == null ? object : copy;
  }

  /** {@code {"name": "DB_PASSWORD", "value": …}}, as in a container's environment. */
  static boolean isCredentialEntry(JsonNode object) {
    for (String name : NAMES) {
      JsonNode value = object.get(name);
      if (value != null && value.isTextual() && CredentialNames.holdCredential(value.textValue())) {
        return true;
      }
    }
    return false;
  }

  static boolean isValueOfEntry(String name) {
    return VALUES.contains(name);
  }

  private static boolean holdsSecret(String name, JsonNode value) {
    if (!CredentialNames.holdCredential(name)) {
      return false;
    }
    if (value.isNumber()) {
      return !CredentialNames.isPlural(name); // so many tokens, so many passes
    }
    return !isReference(name, value);
  }

  /** {@code secret: {secretName: …}} of a volume, {@code secrets: [{name: …}]} of an account. */
  static boolean isReference(String name, JsonNode value) {
    if (value instanceof ArrayNode array) {
      boolean all = !array.isEmpty();
      for (JsonNode item : array) {
        all &= item.isObject() && isReference(name, item);
      }
      return all;
    }
    if (!(value instanceof ObjectNode object) || object.isEmpty()) {
      return false;
    }
    if (name.equals("serviceAccountToken")) {
      return consistsOf(object, TOKEN_PROJECTION);
    }
    return (name.endsWith("secret") || name.endsWith("secrets") || name.endsWith("Secret"))
        && consistsOf(object, REFERENCE);
  }

  private static boolean consistsOf(ObjectNode object, Set<String> names) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!names.contains(field.getKey())) {
        return false;
      }
    }
    return true;
  }

  /** Two names that become one by redaction stay two. */
  private static String unlike(String name, ObjectNode others) {
    String unlike = name;
    for (int i = 2; others.has(unlike); i++) {
      unlike = name + " (" + i + ")";
    }
    return unlike;
  }

  /** Everything below is secret: each scalar is replaced, the shape stays. */
  private JsonNode all(JsonNode node) {
    if (node.isContainerNode() && path.size() > DEEPEST) {
      return tooDeep();
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = NODES.objectNode();
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String name = text(field.getKey());
        path.add(name);
        copy.set(unlike(name, copy), all(field.getValue()));
        path.remove(path.size() - 1);
      }
      return copy.equals(object) ? object : copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = NODES.arrayNode(array.size());
      for (int i = 0; i < array.size(); i++) {
        path.add(Integer.toString(i));
        copy.add(all(array.get(i)));
        path.remove(path.size() - 1);
      }
      return copy.equals(array) ? array : copy;
    }
    String value = node.asText();
    if (node.isNull() || node.isBoolean() || RedactedValue.is(value)) {
      return node;
    }
    if (Placeholders.is(value)) {
      return walk(node, false);
    }
    String pointer = Pointers.of(path);
    pointers.add(pointer);
    secretPointers.add(pointer);
    found.add(value);
    String redacted = replacement.of(value, false);
    concealed.put(value, redacted);
    return TextNode.valueOf(redacted);
  }

  private boolean isSecretPlace() {
    for (List<String> place : secretPlaces) {
      if (place.size() <= path.size() && startsWith(path, place)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(List<String> path, List<String> place) {
    for (int i = 0; i < place.size(); i++) {
      if (!place.get(i).equals("*") && !place.get(i).equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** A value by itself: JSON in a string is redacted as JSON, anything else as text. */
  private String scalar(String value) {
    JsonNode nested = nestedJson(value);
    if (nested == null) {
      return text(value);
    }
    SecretsInTree within = new SecretsInTree(List.of(), replacement);
    JsonNode redacted = within.redact(nested);
    found.addAll(within.found());
    concealed.putAll(within.concealed());
    return text(redacted == nested ? value : redacted.toString());
  }

  private static @Nullable JsonNode nestedJson(String value) {
    int start = 0;
    while (start < value.length() && value.charAt(start) <= ' ') {
      start++;
    }
    int next = start + 1;
    while (next < value.length() && value.charAt(next) <= ' ') {
      next++;
    }
    if (next >= value.length() || value.length() > MAX_NESTED_JSON) {
      return null;
    }
    boolean plausible =
        value.charAt(start) == '{'
            ? value.charAt(next) == '"'
            : value.charAt(start) == '[' && "{[\"-0123456789tfn".indexOf(value.charAt(next)) >= 0;
    if (!plausible) {
      return null;
    }
    try {
      return JSON.readTree(value);
    } catch (JsonProcessingException | NumberFormatException notJson) {
      return null; // it only looked like JSON
    }
  }
}
