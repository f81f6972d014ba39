// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** Payloads of the resource folders. */
public final class Fixture {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private Fixture() {}

  /** The payload at a path such as {@code github/push.main.json}; a new tree at each call. */
  public static ObjectNode read(String path) {
    try (InputStream in = Fixture.class.getResourceAsStream("/" + path)) {
      return (ObjectNode) JSON.readTree(Objects.requireNonNull(in, path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The object at a JSON Pointer within a payload, for a test to alter. */
  public static ObjectNode within(JsonNode payload, String pointer) {
    return (ObjectNode) payload.at(pointer);
  }

  /** What arrives after the events went over the wire. */
  public static List<AuditEvent> overTheWire(List<AuditEvent> events) {
    return events.stream().map(event -> CODEC.decode(CODEC.encode(event))).toList();
  }
}
