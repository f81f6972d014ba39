// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.content.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A JSON value, packed: tens of thousands must fit into a small heap.
 *
 * @param length of the canonical JSON in bytes
 */
public record PackedJson(byte[] bytes, int length) {
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
          .getBytes(StandardCharsets.UTF_8);

  /** Packs a value. */
  public static PackedJson of(JsonNode value) {
    byte[] json = CanonicalJson.bytes(value);
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
      return new PackedJson(out.toByteArray(), json.length);
    } finally {
      deflater.end();
    }
  }

  /** The value again. */
  public JsonNode unpacked() {
    Inflater inflater = new Inflater();
    try {
      byte[] json = new byte[length];
      inflater.setInput(bytes);
      inflater.inflate(json);
      inflater.setDictionary(DICTIONARY);
      inflater.inflate(json);
      return JSON.readTree(json);
    } catch (DataFormatException | IOException e) {
      throw new IllegalStateException("what was packed here can be unpacked", e);
    } finally {
      inflater.end();
    }
  }
}
