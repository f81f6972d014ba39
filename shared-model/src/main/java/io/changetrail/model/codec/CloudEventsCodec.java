// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

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
    if (!event.unmapped().isEmpty()) {
      Trees.overlay(tree, event.unmapped().deepCopy());
    }
    return tree;
  }

  /**
   * Reads one event in structured JSON.
   *
   * @throws InvalidEventException with the field {@code body} if it is not JSON at all
   */
  public AuditEvent decode(byte[] structured) {
    if (StrictJson.read(structured) instanceof ObjectNode envelope) {
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
   * Reads back what {@link #toTree} wrote of an event that has nothing {@linkplain
   * AuditEvent#unmapped() unmapped}; what another tree carries beyond the fields of an event would
   * be lost. Takes a fraction of the time of {@link #decode(ObjectNode)}.
   *
   * @param written becomes part of the event
   */
  public AuditEvent decodeWritten(ObjectNode written) {
    return EventReader.known(written);
  }

  /**
   * Reads a batch; an entry that is wrong does not touch the others.
   *
   * @throws InvalidEventException with the field {@code body} if it is not a JSON array at all
   */
  public List<Decoded> decodeBatch(byte[] batch) {
    JsonNode tree;
    try {
      tree = StrictJson.read(batch);
    } catch (InvalidEventException e) {
      return decodeApart(StrictJson.elements(batch).orElseThrow(() -> e));
    }
    if (!(tree instanceof ArrayNode array)) {
      throw new InvalidEventException("body", "must be a JSON array of CloudEvents");
    }
    List<Decoded> all = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      all.add(decodeEntry(i, array.get(i)));
    }
    return all;
  }

  /** Of a batch that is not JSON as a whole, entries that are must not be lost. */
  private List<Decoded> decodeApart(List<byte[]> entries) {
    List<Decoded> all = new ArrayList<>(entries.size());
    for (byte[] entry : entries) {
      try {
        all.add(decodeEntry(all.size(), StrictJson.read(entry)));
      } catch (InvalidEventException e) {
        all.add(new Decoded(all.size(), null, null, e));
      }
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
    envelope.set("data", data("body", data));
    return EventReader.read(envelope);
  }

  private static ObjectNode withData(ObjectNode envelope, JsonNode base64) {
    if (envelope.has("data")) {
      throw new InvalidEventException("data_base64", "must not be sent beside data");
    }
    try {
      ObjectNode copy = envelope.deepCopy();
      copy.remove("data_base64");
      copy.set("data", data("data_base64", Base64.getDecoder().decode(base64.asText())));
      return copy;
    } catch (IllegalArgumentException e) {
      if (e instanceof InvalidEventException invalid) {
        throw invalid;
      }
      throw new InvalidEventException("data_base64", "is not Base64 (RFC 4648 section 4)");
    }
  }

  /** The data that came as a text of its own, which is called {@code whole} in complaints. */
  private static JsonNode data(String whole, byte[] text) {
    try {
      return StrictJson.read(text);
    } catch (InvalidEventException e) {
      throw e.field().equals("body")
          ? new InvalidEventException(whole, e.detail())
          : e.within("data");
    }
  }

  private static byte[] write(JsonNode tree) {
    try {
      return StrictJson.JSON.writeValueAsBytes(tree);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a JSON tree can always be written", e);
    }
  }
}
