// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.content;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What an event says, apart from who shipped it and when that one looked: two deliveries of the
 * same event have the same content.
 */
public final class CanonicalContent {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private CanonicalContent() {}

  /** Hex SHA-256 over the canonical content. */
  public static String hash(AuditEvent event) {
    return hex(CanonicalJson.bytes(tree(event)));
  }

  /** Hex SHA-256 over the canonical spelling of any tree, for example a resource's state. */
  public static String hash(JsonNode tree) {
    return hex(CanonicalJson.bytes(tree));
  }

  /** The event's tree without observed time, shipping sequence and replica. */
  static ObjectNode tree(AuditEvent event) {
    ObjectNode tree = CODEC.toTree(event);
    if (tree.at("/data/customData/changetrail") instanceof ObjectNode ours) {
      ours.remove("observedTime");
      ours.remove("origin");
    }
    return tree;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }
}
