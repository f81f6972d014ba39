// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What people declared of an object: without status and without what the cluster writes itself. */
final class Declared {
  private static final List<String> CONFIG_FIELDS = List.of("data", "binaryData", "immutable");
  private static final Set<String> BOOKKEEPING =
      Set.of(
          "kubectl.kubernetes.io/last-applied-configuration",
          "deployment.kubernetes.io/revision",
          "deprecated.daemonset.template.generation",
          "kubernetes.io/change-cause");

  private Declared() {}

  static @Nullable ObjectNode of(ObjectKind kind, @Nullable JsonNode object) {
    if (object == null || !object.isObject()) {
      return null;
    }
    ObjectNode declared = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    copy(object.path("metadata"), "labels", metadata);
    copy(object.path("metadata"), "annotations", metadata);
    if (metadata.get("annotations") instanceof ObjectNode annotations) {
      annotations.remove(BOOKKEEPING);
      if (annotations.isEmpty()) {
        metadata.remove("annotations");
      }
    }
    if (!metadata.isEmpty()) {
      declared.set("metadata", metadata);
    }
    if (kind.isWorkload()) {
      copy(object, "spec", declared);
    } else {
      CONFIG_FIELDS.forEach(field -> copy(object, field, declared));
    }
    return declared;
  }

  private static void copy(JsonNode from, String field, ObjectNode to) {
    JsonNode value = from.path(field);
    if (!value.isMissingNode() && !value.isNull()) {
      to.set(field, value.deepCopy());
    }
  }
}
