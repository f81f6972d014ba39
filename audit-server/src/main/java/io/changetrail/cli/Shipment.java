// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends events in batches and sums up what the server made of them. */
final class Shipment {
  private static final int MAX_EVENTS = 500;
  private static final int MAX_BYTES = 1 << 20;
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final List<String> COUNTS =
      List.of("accepted", "duplicate", "conflicting", "rejected");

  private final AuditServer server;
  private final List<byte[]> waiting = new ArrayList<>();

  /** Place in the file of each waiting event. */
  private final List<Integer> places = new ArrayList<>();

  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private final ArrayNode errors = JsonNodeFactory.instance.arrayNode();
  private int waitingBytes;

  Shipment(AuditServer server) {
    this.server = server;
    COUNTS.forEach(name -> counts.put(name, 0));
  }

  /** Sends the event, at the latest with the next {@link #flush}. */
  void add(int place, AuditEvent event) {
    byte[] encoded = CODEC.encode(event);
    if (waiting.size() == MAX_EVENTS || waitingBytes + encoded.length > MAX_BYTES) {
      flush();
    }
    waiting.add(encoded);
    places.add(place);
    waitingBytes += encoded.length + 1;
  }

  /** Counts an event that is wrong already here. */
  void reject(int place, @Nullable String id, String detail) {
    counts.merge("rejected", 1, Integer::sum);
    errors.addObject().put("index", place).put("id", id).put("detail", detail);
  }

  void flush() {
    if (waiting.isEmpty()) {
      return;
    }
    JsonNode answer = server.post("/v1/events", CloudEventsCodec.BATCH_MEDIA_TYPE, batch());
    COUNTS.forEach(name -> counts.merge(name, answer.path(name).asInt(), Integer::sum));
    for (JsonNode error : answer.path("errors")) {
      ObjectNode placed = error.deepCopy();
      int index = error.path("index").asInt(-1);
      if (index >= 0 && index < places.size()) {
        placed.put("index", places.get(index));
      }
      errors.add(placed);
    }
    waiting.clear();
    places.clear();
    waitingBytes = 0;
  }

  private byte[] batch() {
    ByteArrayOutputStream batch = new ByteArrayOutputStream(waitingBytes + 2);
    batch.write('[');
    for (int i = 0; i < waiting.size(); i++) {
      if (i > 0) {
        batch.write(',');
      }
      batch.writeBytes(waiting.get(i));
    }
    batch.write(']');
    return batch.toByteArray();
  }

  /** How many events ended so: {@code accepted}, {@code duplicate} and so on. */
  int count(String name) {
    return counts.getOrDefault(name, 0);
  }

  /** As the server answers one batch, for all of them. */
  ObjectNode total() {
    ObjectNode total = JsonNodeFactory.instance.objectNode();
    counts.forEach(total::put);
    total.set("errors", errors);
    return total;
  }

  /** Whether every event is stored now, under an id that is its own. */
  boolean isComplete() {
    return count("conflicting") == 0 && count("rejected") == 0;
  }
}
