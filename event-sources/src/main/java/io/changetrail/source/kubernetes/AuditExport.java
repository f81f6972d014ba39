// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * Records of an API server's audit log in the forms in which they leave a cluster, as entries of
 * {@code audit.k8s.io/v1}:
 *
 * <ul>
 *   <li>the audit webhook's {@code EventList}
 *   <li>Amazon EKS: CloudWatch Logs data ({@code logEvents}), also as a subscription hands it over
 *       ({@code awslogs.data}, gzip in Base64)
 *   <li>Azure AKS: resource logs of the categories {@code kube-audit} and {@code kube-audit-admin}
 *       ({@code records})
 *   <li>Google GKE: {@code LogEntry} of Cloud Audit Logs, one or several ({@code entries}, or a
 *       list), also in a Pub/Sub push ({@code message.data})
 * </ul>
 *
 * Pure: no I/O, no clock.
 *
 * @see <a href="https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html">EKS</a>
 * @see <a href="https://learn.microsoft.com/en-us/azure/aks/monitor-aks-reference">AKS</a>
 * @see <a href="https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging">GKE</a>
 */
public final class AuditExport {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What is packed may not become more than this. */
  private static final int MOST_BYTES = 64 << 20;

  /** Pub/Sub, and the data in it. */
  private static final int DEEPEST = 3;

  private static final Set<String> UPGRADES = Set.of("exec", "attach", "portforward");

  private static final Set<String> CATEGORIES = Set.of("kube-audit", "kube-audit-admin");

  private AuditExport() {}

  /**
   * The entries of a body; what in it is of another log is left out.
   *
   * @throws IllegalArgumentException if it has none of these forms, or cannot be unpacked
   */
  public static List<JsonNode> entries(JsonNode body) {
    return entries(body, 0);
  }

  private static List<JsonNode> entries(JsonNode body, int depth) {
    if (body.path("kind").asText().equals("EventList") && isAudit(body)) {
      return listed(body.path("items"));
    }
    List<JsonNode> entries = new ArrayList<>();
    if (body.path("logEvents").isArray()) {
      body.path("logEvents").forEach(one -> add(entries, one.path("message").asText()));
    } else if (body.at("/awslogs/data").isTextual() && depth < DEEPEST) {
      return entries(unpacked(body.at("/awslogs/data").asText()), depth + 1);
    } else if (body.at("/message/data").isTextual() && depth < DEEPEST) {
      return entries(unpacked(body.at("/message/data").asText()), depth + 1);
    } else if (body.path("records").isArray()) {
      for (JsonNode one : body.path("records")) {
        if (CATEGORIES.contains(one.path("category").asText())) {
          add(entries, one.at("/properties/log").asText());
        }
      }
    } else if (body.has("protoPayload")) {
      addGoogles(entries, body);
    } else if (body.isArray() || body.path("entries").isArray()) {
      (body.isArray() ? body : body.path("entries")).forEach(one -> addGoogles(entries, one));
    } else {
      throw new IllegalArgumentException(
          "is no EventList of audit.k8s.io, nor what EKS, AKS or GKE export of it");
    }
    return entries;
  }

  private static boolean isAudit(JsonNode body) {
    return body.path("apiVersion").asText().startsWith("audit.k8s.io/");
  }

  private static List<JsonNode> listed(JsonNode items) {
    List<JsonNode> all = new ArrayList<>();
    items.forEach(all::add);
    return all;
  }

  /** Other logs of the control plane, which are plain text, come on the same way. */
  private static void add(List<JsonNode> entries, String text) {
    if (!text.stripLeading().startsWith("{")) {
      return;
    }
    try {
      JsonNode entry = JSON.readTree(text);
      if (entry.path("kind").asText().equals("Event") && isAudit(entry)) {
        entries.add(entry);
      }
    } catch (JsonProcessingException e) {
      // A line that was cut by the log's own limit: nobody can read it.
      return;
    }
  }

  private static JsonNode unpacked(String base64) {
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(base64);
      if (bytes.length > 1 && (bytes[0] & 0xff) == 0x1f && (bytes[1] & 0xff) == 0x8b) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
          bytes = in.readNBytes(MOST_BYTES + 1);
        }
        if (bytes.length > MOST_BYTES) {
          throw new IllegalArgumentException("unpacks to more than " + MOST_BYTES + " bytes");
        }
      }
      return JSON.readTree(bytes);
    } catch (IOException e) {
      throw new IllegalArgumentException("has data that cannot be unpacked: " + e.getMessage(), e);
    }
  }

  /** Google's own form has the same facts under other names. */
  private static void addGoogles(List<JsonNode> entries, JsonNode logEntry) {
    JsonNode payload = logEntry.path("protoPayload");
    // Group, version, then as in the API's paths.
    List<String> path = Arrays.asList(payload.path("resourceName").asText().split("/"));
    String method = payload.path("methodName").asText();
    if (!payload.path("serviceName").asText().equals("k8s.io") || path.size() < 3) {
      return;
    }
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    String time = logEntry.path("timestamp").asText();
    String verb = method.substring(method.lastIndexOf('.') + 1);
    ObjectNode object = object(path);
    boolean upgrade = UPGRADES.contains(object.path("subresource").asText());
    entry
        .put("kind", "Event")
        .put("apiVersion", "audit.k8s.io/v1")
        .put("auditID", logEntry.at("/operation/id").asText(logEntry.path("insertId").asText()))
        .put("stage", upgrade ? "ResponseStarted" : "ResponseComplete")
        .put("requestURI", "/" + payload.path("resourceName").asText())
        .put("verb", verb)
        .put("requestReceivedTimestamp", time)
        .put("stageTimestamp", time);
    entry
        .putObject("user")
        .put("username", payload.at("/authenticationInfo/principalEmail").asText("unknown"));
    entry.put("userAgent", payload.at("/requestMetadata/callerSuppliedUserAgent").asText(""));
    entry.putArray("sourceIPs").add(payload.at("/requestMetadata/callerIp").asText(""));
    entry.set("objectRef", object);
    // Of gRPC, where 0 is that it worked.
    boolean failed = payload.at("/status/code").asInt() != 0;
    entry.putObject("responseStatus").put("code", failed ? 400 : upgrade ? 101 : 200);
    for (String part : List.of("request", "response")) {
      if (payload.path(part).isObject()) {
        entry.set(part + "Object", payload.path(part));
      }
    }
    entries.add(entry);
  }

  private static ObjectNode object(List<String> path) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiGroup", path.get(0).equals("core") ? "" : path.get(0));
    object.put("apiVersion", path.get(1));
    int at = 2;
    if (path.get(2).equals("namespaces") && path.size() > 4) {
      object.put("namespace", path.get(3));
      at = 4;
    }
    String[] names = {"resource", "name", "subresource"};
    for (int i = 0; i < names.length && at + i < path.size(); i++) {
      object.put(names[i], path.get(at + i));
    }
    return object;
  }
}
