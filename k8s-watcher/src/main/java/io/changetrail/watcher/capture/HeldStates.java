// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.content.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The last recorded state of each object, packed: tens of thousands must fit into a small heap. Not
 * thread-safe.
 */
final class HeldStates {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What most states have in common; the nearer to the end, the cheaper to point at. */
  private static final byte[] DICTIONARY =
      ("\"volumeMounts\":[{\"mountPath\":\"/etc/\",\"name\":\"config\"}],\"livenessProbe\":{\"failureThreshold\":3,"
              + "\"httpGet\":{\"path\":\"/healthz\",\"port\":8080,\"scheme\":\"HTTP\"},\"periodSeconds\":10,"
              + "\"successThreshold\":1,\"timeoutSeconds\":1},\"env\":[{\"name\":\"\",\"value\":\"\"}],"
              + "\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"512Mi\"},\"requests\":{}},"
              + "\"progressDeadlineSeconds\":600,\"replicas\":1,\"revisionHistoryLimit\":10,"
              + "\"selector\":{\"matchLabels\":{\"app.kubernetes.io/name\":\"\"}},\"strategy\":"
              + "{\"rollingUpdate\":{\"maxSurge\":\"25%\",\"maxUnavailable\":\"25%\"},\"type\":\"RollingUpdate\"},"
              + "\"template\":{\"metadata\":{\"labels\":{\"app\":\"\"}},\"spec\":{\"containers\":[{\"image\":\"\","
              + "\"imagePullPolicy\":\"IfNotPresent\",\"name\":\"\",\"resources\":{},\"terminationMessagePath\":"
              + "\"/dev/termination-log\",\"terminationMessagePolicy\":\"File\"}],\"dnsPolicy\":\"ClusterFirst\","
              + "\"restartPolicy\":\"Always\",\"schedulerName\":\"default-scheduler\",\"securityContext\":{},"
              + "\"terminationGracePeriodSeconds\":30}}}}{\"apiVersion\":\"v1\",\"data\":{\"\":\"hmac-sha256:\"},"
              + "\"kind\":\"ConfigMap\",\"metadata\":{\"annotations\":{},\"labels\":{\"app.kubernetes.io/instance\":"
              + "\"\",\"app.kubernetes.io/managed-by\":\"Helm\",\"app.kubernetes.io/name\":\"\"},\"name\":\"\","
              + "\"namespace\":\"\"},\"spec\":{")
          .getBytes(java.nio.charset.StandardCharsets.UTF_8);

  /**
   * A recorded state.
   *
   * @param type name of the object's type
   * @param hash SHA-256 of the canonical state
   * @param since when it began, as recorded
   */
  record Held(String type, byte[] packed, int length, byte[] hash, Instant since) {
    String hexHash() {
      return HexFormat.of().formatHex(hash);
    }

    ObjectNode state() {
      Inflater inflater = new Inflater();
      try {
        byte[] json = new byte[length];
        inflater.setInput(packed);
        inflater.inflate(json);
        inflater.setDictionary(DICTIONARY);
        inflater.inflate(json);
        return (ObjectNode) JSON.readTree(json);
      } catch (DataFormatException | IOException e) {
        throw new IllegalStateException("a state that was packed here can be unpacked", e);
      } finally {
        inflater.end();
      }
    }
  }

  private final Map<String, Held> byUid = new HashMap<>();

  Optional<Held> of(String uid) {
    return Optional.ofNullable(byUid.get(uid));
  }

  void hold(String uid, String type, ObjectNode state, Instant since) {
    byte[] json = CanonicalJson.bytes(state);
    byUid.put(
        uid,
        new Held(
            type.intern(),
            packed(json),
            json.length,
            HexFormat.of().parseHex(CanonicalContent.hash(state)),
            since));
  }

  void forget(String uid) {
    byUid.remove(uid);
  }

  List<String> uidsOf(String type) {
    return byUid.entrySet().stream()
        .filter(held -> held.getValue().type().equals(type))
        .map(Map.Entry::getKey)
        .toList();
  }

  int count() {
    return byUid.size();
  }

  private static byte[] packed(byte[] json) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setDictionary(DICTIONARY);
      deflater.setInput(json);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream(json.length / 3);
      byte[] buffer = new byte[4096];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return Arrays.copyOf(out.toByteArray(), out.size());
    } finally {
      deflater.end();
    }
  }
}
