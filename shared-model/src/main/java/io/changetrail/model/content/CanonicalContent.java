// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.content;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What an event says, apart from who shipped it and when that one looked: two deliveries of the
 * same event have the same content.
 */
public final class CanonicalContent {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final JsonPointer OURS = JsonPointer.compile("/data/customData/changetrail");

  private CanonicalContent() {}

  /** Hex SHA-256 over the canonical content. */
  public static String hash(AuditEvent event) {
    return hashOfEvent(CODEC.toTree(event));
  }

  /** As {@link #hash(AuditEvent)}, of an event whose tree is at hand. */
  static String hashOfEvent(ObjectNode tree) {
    return hex(CanonicalJson.bytes(content(tree)));
  }

  /** Hex SHA-256 over the canonical spelling of any tree, for example a resource's state. */
  public static String hash(JsonNode tree) {
    return hex(CanonicalJson.bytes(tree));
  }

  /**
   * The event's tree without observed time, shipping sequence and replica; shares the other parts
   * with the given one, which stays as it is.
   */
  private static ObjectNode content(ObjectNode tree) {
    if (!(tree.at(OURS) instanceof ObjectNode ours)
        || !(ours.has("observedTime") || ours.has("origin"))) {
      return tree;
    }
    ObjectNode custom =
        with(child(child(tree, "data"), "customData"), "changetrail", without(ours));
    return with(tree, "data", with(child(tree, "data"), "customData", custom));
  }

  private static ObjectNode child(ObjectNode parent, String name) {
    return (ObjectNode) parent.get(name);
  }

  private static ObjectNode with(ObjectNode parent, String name, ObjectNode child) {
    ObjectNode copy = JsonNodeFactory.instance.objectNode();
    copy.setAll(parent);
    copy.set(name, child);
    return copy;
  }

  private static ObjectNode without(ObjectNode ours) {
    ObjectNode copy = JsonNodeFactory.instance.objectNode();
    copy.setAll(ours);
    return copy.without(List.of("observedTime", "origin"));
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
