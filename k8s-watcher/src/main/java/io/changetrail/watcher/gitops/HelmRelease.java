// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.gitops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.zip.GZIPInputStream;

/**
 * One revision of a release, as Helm keeps it in a Secret: what the Secret's labels tell.
 *
 * @param status {@code deployed}, {@code failed}, {@code superseded}, {@code uninstalled}, or one
 *     that passes
 * @see <a href="https://helm.sh/docs/topics/advanced/#storage-backends">Helm, storage backends</a>
 */
record HelmRelease(String namespace, String name, int revision, String status) {
  /** How the uids of releases begin; Helm gives them none. */
  static final String UID = "helm/";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What is packed may not become more than this. */
  private static final int MOST_BYTES = 32 << 20;

  private static final int GZIP = 0x1f;

  /** What the metadata of a Secret of Helm's tell. */
  static HelmRelease of(JsonNode secret) {
    JsonNode labels = secret.at("/metadata/labels");
    return new HelmRelease(
        secret.at("/metadata/namespace").asText(),
        labels.path("name").asText(),
        labels.path("version").asInt(),
        labels.path("status").asText());
  }

  /** Whether a Secret was written by Flux, whose own object tells of the release. */
  static boolean isOfFlux(JsonNode secret) {
    for (JsonNode entry : secret.at("/metadata/managedFields")) {
      if (entry.path("manager").asText().equals("helm-controller")) {
        return true;
      }
    }
    return false;
  }

  static String uid(String namespace, String name) {
    return UID + namespace + "/" + name;
  }

  String uid() {
    return uid(namespace, name);
  }

  /** As {@link Sync} names it. */
  String id() {
    return "revision " + revision + " " + status;
  }

  /** An object that stands for the release. */
  ObjectNode object(String resourceVersion) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "helm.sh/v3").put("kind", "HelmRelease");
    object
        .putObject("metadata")
        .put("name", name)
        .put("namespace", namespace)
        .put("uid", uid())
        .put("resourceVersion", resourceVersion);
    return object;
  }

  /** Whether an object stands for a release. */
  static boolean is(JsonNode object) {
    return object.at("/metadata/uid").asText().startsWith(UID);
  }

  /** As {@link #tracked} names it. */
  static String name(JsonNode release) {
    return UID
        + release.at("/metadata/namespace").asText()
        + "/"
        + release.at("/metadata/name").asText();
  }

  /** The release that an object was installed with; the empty string if by none. */
  static String tracked(JsonNode object) {
    JsonNode annotations = object.at("/metadata/annotations");
    String name = annotations.path("meta.helm.sh/release-name").asText("");
    return name.isEmpty()
        ? ""
        : uid(annotations.path("meta.helm.sh/release-namespace").asText(), name);
  }

  /**
   * What a Secret holds: chart, values, description.
   *
   * @throws IOException if it is not in the form that Helm writes
   */
  static JsonNode unpacked(JsonNode secret) throws IOException {
    try {
      byte[] bytes =
          Base64.getDecoder()
              .decode(Base64.getDecoder().decode(secret.at("/data/release").asText()));
      if (bytes.length > 0 && bytes[0] == GZIP) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
          bytes = in.readNBytes(MOST_BYTES + 1);
        }
      }
      if (bytes.length > MOST_BYTES) {
        throw new IOException("the release is larger than " + MOST_BYTES + " bytes");
      }
      return JSON.readTree(bytes);
    } catch (IllegalArgumentException e) {
      throw new IOException("the release is not in Base64", e);
    }
  }
}
