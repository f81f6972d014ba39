// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the numbers stood when a segment began, so that it needs none of those before it.
 *
 * @param epoch of the segment's events
 * @param previousEpoch the one before, in the same spool
 * @param previousLast where the sequences of that one ended, if that is certain; in them the key is
 *     the sequence of the previous epoch
 * @param last the last number so far of each sequence of this epoch
 * @param dropped up to where the oldest went because the spool was full, and when
 */
record SegmentHeader(
    String epoch,
    @Nullable String previousEpoch,
    Map<Sequence, Long> previousLast,
    Map<Sequence, Long> last,
    Map<Sequence, Dropped> dropped) {

  /** All numbers up to this one went at the latest then. */
  record Dropped(long until, Instant at) {}

  SegmentHeader {
    previousLast = Map.copyOf(previousLast);
    last = Map.copyOf(last);
    dropped = Map.copyOf(dropped);
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("epoch", epoch).put("previousEpoch", previousEpoch);
    ArrayNode ended = json.putArray("previousLast");
    previousLast.forEach((sequence, number) -> sequence(ended, sequence).put("last", number));
    ArrayNode numbers = json.putArray("last");
    last.forEach((sequence, number) -> sequence(numbers, sequence).put("last", number));
    ArrayNode gone = json.putArray("dropped");
    dropped.forEach(
        (sequence, until) ->
            sequence(gone, sequence).put("last", until.until()).put("at", until.at().toString()));
    return json;
  }

  private static ObjectNode sequence(ArrayNode array, Sequence sequence) {
    return array
        .addObject()
        .put("source", sequence.source())
        .put("installation", sequence.installation())
        .put("epoch", sequence.epoch());
  }

  static SegmentHeader fromJson(ObjectNode json) {
    Map<Sequence, Dropped> dropped = new LinkedHashMap<>();
    for (JsonNode each : json.path("dropped")) {
      dropped.put(
          sequence(each),
          new Dropped(each.path("last").longValue(), Instant.parse(each.path("at").asText())));
    }
    return new SegmentHeader(
        json.path("epoch").asText(),
        json.path("previousEpoch").textValue(),
        numbers(json.path("previousLast")),
        numbers(json.path("last")),
        dropped);
  }

  private static Map<Sequence, Long> numbers(JsonNode array) {
    Map<Sequence, Long> numbers = new LinkedHashMap<>();
    array.forEach(each -> numbers.put(sequence(each), each.path("last").longValue()));
    return numbers;
  }

  private static Sequence sequence(JsonNode json) {
    return new Sequence(
        json.path("source").asText(),
        json.path("installation").asText(),
        json.path("epoch").asText());
  }
}
