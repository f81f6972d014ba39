// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as CloudEvents 1.0 JSON over CDEvents data, and reads them from it. Stateless.
 *
 * <p>Whatever the wire format carries beyond the fields of {@link AuditEvent} is kept in {@link
 * AuditEvent#unmapped()} and written back. Complaints are {@link InvalidEventException}s that name
 * the field and never repeat its value, which might be a secret.
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">
 *     CloudEvents JSON format</a>
 * @see <a href="https://github.com/cdevents/spec/blob/v0.5.1/cloudevents-binding.md">CDEvents
 *     binding</a>
 */
public final class CloudEventsCodec {
  /** Media type of one event. */
  public static final String MEDIA_TYPE = "application/cloudevents+json";

  /** Media type of a JSON array of events. */
  public static final String BATCH_MEDIA_TYPE = "application/cloudevents-batch+json";

  private static final JsonMapper JSON =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxStringLength(1 << 20)
                          .maxNameLength(1024)
                          .maxNumberLength(100)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /** The event as structured JSON. */
  public byte[] encode(AuditEvent event) {
    return write(toTree(event));
  }

  /** The events as a JSON array. */
  public byte[] encodeBatch(List<AuditEvent> events) {
    ArrayNode batch = JsonNodeFactory.instance.arrayNode();
    events.forEach(event -> batch.add(toTree(event)));
    return write(batch);
  }

  /** The event as the tree that {@link #encode} writes; a new one at each call. */
  public ObjectNode toTree(AuditEvent event) {
    ObjectNode tree = EventWriter.write(event);
    Trees.overlay(tree, event.unmapped().deepCopy());
    return tree;
  }

  /**
   * Reads one event in structured JSON.
   *
   * @throws InvalidEventException with the field {@code body} if it is not JSON at all
   */
  public AuditEvent decode(byte[] structured) {
    if (parse(structured) instanceof ObjectNode envelope) {
      return decode(envelope);
    }
    throw new InvalidEventException("body", "must be a JSON object: one CloudEvent");
  }

  /** Reads one event from its tree, which becomes part of the event. */
  public AuditEvent decode(ObjectNode envelope) {
    JsonNode base64 = envelope.get("data_base64");
    return EventReader.read(base64 == null ? envelope : withData(envelope, base64));
  }

  /**
   * Reads a batch; an entry that is wrong does not touch the others.
   *
   * @throws InvalidEventException with the field {@code body} if it is not a JSON array at all
   */
  public List<Decoded> decodeBatch(byte[] batch) {
    if (!(parse(batch) instanceof ArrayNode array)) {
      throw new InvalidEventException("body", "must be a JSON array of CloudEvents");
    }
    List<Decoded> all = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      all.add(decodeEntry(i, array.get(i)));
    }
    return all;
  }

  private Decoded decodeEntry(int index, JsonNode entry) {
    if (!(entry instanceof ObjectNode envelope)) {
      return new Decoded(
          index, null, null, new InvalidEventException("body", "must be a JSON object"));
    }
    String id = envelope.path("id").isTextual() ? envelope.path("id").textValue() : null;
    try {
      return new Decoded(index, id, decode(envelope), null);
    } catch (InvalidEventException e) {
      return new Decoded(index, id, null, e);
    }
  }

  /**
   * Reads an event in the binary mode of a protocol binding.
   *
   * @param attributes context attributes by name in lower case, without a {@code ce-} prefix
   * @param contentType media type of the data
   * @see <a
   *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode">
   *     HTTP binding, binary mode</a>
   */
  public AuditEvent decodeBinary(Map<String, String> attributes, String contentType, byte[] data) {
    if (!contentType.startsWith("application/json") && !contentType.contains("+json")) {
      throw new InvalidEventException("datacontenttype", "must be application/json for CDEvents");
    }
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    attributes.forEach(envelope::put);
    envelope.put("datacontenttype", contentType);
    envelope.set("data", parse(data));
    return EventReader.read(envelope);
  }

  private static ObjectNode withData(ObjectNode envelope, JsonNode base64) {
    if (envelope.has("data")) {
      throw new InvalidEventException("data_base64", "must not be sent beside data");
    }
    try {
      ObjectNode copy = envelope.deepCopy();
      copy.remove("data_base64");
      copy.set("data", parse(Base64.getDecoder().decode(base64.asText())));
      return copy;
    } catch (IllegalArgumentException e) {
      if (e instanceof InvalidEventException invalid) {
        throw invalid;
      }
      throw new InvalidEventException("data_base64", "is not Base64 (RFC 4648 section 4)");
    }
  }

  private static JsonNode parse(byte[] bytes) {
    checkUtf8(bytes);
    try {
      JsonNode tree = JSON.readTree(bytes);
      if (tree == null || tree.isMissingNode()) {
        throw new InvalidEventException("body", "is empty; send one CloudEvent or an array");
      }
      checkSurrogates(bytes, tree);
      return tree;
    } catch (JsonProcessingException e) {
      throw new InvalidEventException("body", notJson(e));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory cannot fail", e);
    }
  }

  /** Jackson's message would repeat a piece of the input; this one says where to look. */
  private static String notJson(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    @Nullable String why = e.getOriginalMessage();
    if (why != null && why.startsWith("Duplicate field")) {
      return "has a duplicate field" + where + "; send each field once";
    }
    if (why != null && why.contains("exceeds the maximum")) {
      return "is nested deeper than 64 levels, or has a string over 1 MiB or a number over 100"
          + " digits,"
          + where
          + "; cut it at the source";
    }
    return "is not valid JSON" + where;
  }

  private static void checkUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      InvalidEventException invalid =
          new InvalidEventException("body", "is not valid UTF-8; encode it as UTF-8");
      invalid.addSuppressed(e);
      throw invalid;
    }
  }

  /** In valid UTF-8 a surrogate without its partner can only come from an escape. */
  private static void checkSurrogates(byte[] bytes, JsonNode tree) {
    for (int i = 0; i + 2 < bytes.length; i++) {
      if (bytes[i] == '\\' && bytes[i + 1] == 'u' && (bytes[i + 2] | 0x20) == 'd') {
        if (!isUnicode(tree)) {
          throw new InvalidEventException(
              "body", "has an escape that is half a surrogate pair; send whole characters");
        }
        return;
      }
    }
  }

  private static boolean isUnicode(JsonNode tree) {
    if (tree.isTextual()) {
      return TreeTrim.isUnicode(tree.textValue());
    }
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      if (!TreeTrim.isUnicode(field.getKey())) {
        return false;
      }
    }
    for (JsonNode child : tree) {
      if (!isUnicode(child)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] write(JsonNode tree) {
    try {
      return JSON.writeValueAsBytes(tree);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a JSON tree can always be written", e);
    }
  }
}
