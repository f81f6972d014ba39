// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.content;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * An event cut in two: a public part in which each personal field is a salted commitment, and the
 * personal values with their salts. The Merkle leaf is made over the public part alone, so the
 * personal part can be erased and every proof still holds.
 *
 * @param content {@link CanonicalContent#hash(AuditEvent)} of the event, before anything is erased
 * @param hash RFC 6962 leaf hash over the canonical public part, 64 hex digits
 * @param publicPart the event's tree with commitments {@code sha256-commitment:<hex>} in place of
 *     personal values
 * @param personal by JSON Pointer into the public part: {@code {"salt": hex, "value": …}}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6962#section-2.1">RFC 6962 section 2.1</a>
 */
public record Leaf(String content, String hash, ObjectNode publicPart, ObjectNode personal) {
  /** What a personal field reads as once it was erased. */
  public static final String ERASED = "erased";

  private static final String OURS = "/data/customData/changetrail";
  static final String ACTOR = OURS + "/actor";
  static final String PRINCIPAL = OURS + "/onBehalfOf";
  static final String ID = "/id";
  static final String NAME = "/name";
  static final String REASON = OURS + "/change/reason";
  static final String AUTHOR = OURS + "/vcs.commit.author";
  static final String MESSAGE = OURS + "/vcs.commit.message";

  /** A person in a foreign CDEvents subject. */
  static final String FOREIGN_USER = "/data/subject/content/user";

  private static final List<JsonPointer> PERSONAL =
      Stream.of(
              ACTOR + ID,
              ACTOR + NAME,
              PRINCIPAL + ID,
              PRINCIPAL + NAME,
              REASON,
              AUTHOR,
              MESSAGE,
              FOREIGN_USER)
          .map(JsonPointer::compile)
          .toList();
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final int SALT_BYTES = 16;

  /**
   * Cuts an event.
   *
   * @param salts a secure source of randomness, except in tests
   */
  public static Leaf of(AuditEvent event, RandomGenerator salts) {
    ObjectNode tree = CODEC.toTree(event);
    String content = CanonicalContent.hashOfEvent(tree);
    ObjectNode personal = JsonNodeFactory.instance.objectNode();
    byte[] random = new byte[PERSONAL.size() * SALT_BYTES]; // a secure source is slow to call
    salts.nextBytes(random);
    for (int i = 0; i < PERSONAL.size(); i++) {
      JsonPointer pointer = PERSONAL.get(i);
      JsonNode value = tree.at(pointer);
      if (value.isTextual() && tree.at(pointer.head()) instanceof ObjectNode parent) {
        byte[] salt = Arrays.copyOfRange(random, i * SALT_BYTES, (i + 1) * SALT_BYTES);
        parent.put(pointer.last().getMatchingProperty(), commitment(salt, value));
        personal
            .putObject(pointer.toString())
            .put("salt", HexFormat.of().formatHex(salt))
            .set("value", value);
      }
    }
    return new Leaf(content, hash(tree), tree, personal);
  }

  /** The leaf hash of a public part. */
  public static String hash(ObjectNode publicPart) {
    return hash(CanonicalJson.bytes(publicPart));
  }

  static String hash(byte[] leaf) {
    MessageDigest sha = CanonicalContent.sha256();
    sha.update((byte) 0);
    return HexFormat.of().formatHex(sha.digest(leaf));
  }

  /**
   * Puts the two parts together again; what is missing in {@code personal} reads {@value #ERASED}.
   *
   * @param publicPart becomes part of the event
   * @param unmapped whether the event may have anything {@linkplain AuditEvent#unmapped()
   *     unmapped}; to know that it has not spares most of the time
   */
  public static AuditEvent restore(ObjectNode publicPart, ObjectNode personal, boolean unmapped) {
    for (JsonPointer pointer : PERSONAL) {
      if (publicPart.at(pointer).isTextual()
          && publicPart.at(pointer.head()) instanceof ObjectNode parent) {
        JsonNode kept = personal.path(pointer.toString()).path("value");
        parent.set(
            pointer.last().getMatchingProperty(),
            kept.isMissingNode() ? TextNode.valueOf(ERASED) : kept);
      }
    }
    return unmapped ? CODEC.decode(publicPart) : CODEC.decodeWritten(publicPart);
  }

  private static String commitment(byte[] salt, JsonNode value) {
    MessageDigest sha = CanonicalContent.sha256();
    sha.update(salt);
    return "sha256-commitment:"
        + HexFormat.of().formatHex(sha.digest(value.textValue().getBytes(StandardCharsets.UTF_8)));
  }
}
