// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What the API adds to the objects of {@link ApiDouble}, and how it spells values: for the kinds
 * that tests write.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/">API reference</a>
 */
final class ApiDefaults {
  private static final Map<String, ObjectNode> OF_SPEC =
      Map.of(
          "Deployment",
          yaml(
              "{replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {type:"
                  + " RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}}"),
          "StatefulSet",
          yaml(
              "{replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: OrderedReady,"
                  + " updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}},"
                  + " persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain}}"),
          "DaemonSet",
          yaml(
              "{revisionHistoryLimit: 10, updateStrategy: {type: RollingUpdate, rollingUpdate:"
                  + " {maxSurge: 0, maxUnavailable: 1}}}"),
          "Service",
          yaml("{type: ClusterIP, sessionAffinity: None, internalTrafficPolicy: Cluster}"),
          "HorizontalPodAutoscaler",
          yaml("{minReplicas: 1}"));

  private static final ObjectNode OF_POD =
      yaml(
          "{restartPolicy: Always, dnsPolicy: ClusterFirst, schedulerName: default-scheduler,"
              + " securityContext: {}, terminationGracePeriodSeconds: 30}");

  private static final ObjectNode OF_CONTAINER =
      yaml(
          "{resources: {}, terminationMessagePath: /dev/termination-log, terminationMessagePolicy:"
              + " File}");

  private ApiDefaults() {}

  private static ObjectNode yaml(String text) {
    try {
      return ControlPlane.yaml(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void add(ApiType type, ObjectNode object) {
    if (type.is("Secret")) {
      encode(object);
    }
    if (object.get("spec") instanceof ObjectNode spec && !type.isCustom()) {
      fill(spec, OF_SPEC.getOrDefault(type.kind(), yaml("{}")));
      if (type.is("Service")) {
        for (JsonNode port : spec.path("ports")) {
          fill((ObjectNode) port, yaml("{protocol: TCP}"));
          fill((ObjectNode) port, yaml("{targetPort: " + port.path("port") + "}"));
        }
      }
      if (spec.at("/template/spec") instanceof ObjectNode pod) {
        addToPod(pod);
      }
    }
  }

  /** Text is served encoded, with the rest of the data. */
  private static void encode(ObjectNode secret) {
    fill(secret, yaml("{type: Opaque}"));
    if (secret.remove("stringData") instanceof ObjectNode texts) {
      for (Map.Entry<String, JsonNode> text : texts.properties()) {
        byte[] bytes = text.getValue().asText().getBytes(StandardCharsets.UTF_8);
        secret.withObject("/data").put(text.getKey(), Base64.getEncoder().encodeToString(bytes));
      }
    }
  }

  private static void addToPod(ObjectNode pod) {
    fill(pod, OF_POD);
    for (JsonNode volume : pod.path("volumes")) {
      for (String source : List.of("configMap", "secret")) {
        if (volume.get(source) instanceof ObjectNode mounted) {
          fill(mounted, yaml("{defaultMode: 420}"));
        }
      }
    }
    for (String list : List.of("initContainers", "containers")) {
      for (JsonNode container : pod.path(list)) {
        String image = container.path("image").asText();
        boolean moves = image.endsWith(":latest") || !image.matches(".*[:@][^/]*");
        fill(
            (ObjectNode) container,
            yaml("{imagePullPolicy: " + (moves ? "Always" : "IfNotPresent") + "}"));
        fill((ObjectNode) container, OF_CONTAINER);
        container.path("ports").forEach(port -> fill((ObjectNode) port, yaml("{protocol: TCP}")));
        for (JsonNode resources : container.path("resources")) {
          spell((ObjectNode) resources);
        }
      }
    }
  }

  /** A quantity of whole units has no suffix for thousandths. */
  private static void spell(ObjectNode quantities) {
    for (Map.Entry<String, JsonNode> one : quantities.deepCopy().properties()) {
      String text = one.getValue().asText();
      quantities.put(
          one.getKey(), text.endsWith("000m") ? text.substring(0, text.length() - 4) : text);
    }
  }

  private static void fill(ObjectNode object, JsonNode defaults) {
    for (Map.Entry<String, JsonNode> one : defaults.properties()) {
      JsonNode present = object.get(one.getKey());
      if (present == null) {
        object.set(one.getKey(), one.getValue().deepCopy());
      } else if (present instanceof ObjectNode below && isSameStrategy(below, one.getValue())) {
        fill(below, one.getValue());
      }
    }
  }

  /** What is said of one strategy is not added to another. */
  private static boolean isSameStrategy(JsonNode given, JsonNode defaults) {
    return !given.has("type") || given.path("type").equals(defaults.path("type"));
  }
}
