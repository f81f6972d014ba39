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
 * @param last the last number before the segment of each sequence of this epoch
 * @param uncounted how many events without a number here were taken before the segment
 * @param dropped up to where the oldest went because the spool or the disk was full, and when
 */
record SegmentHeader(
    String epoch,
    @Nullable String previousEpoch,
    Map<Sequence, Long> previousLast,
    Map<Sequence, Long> last,
    long uncounted,
    Map<Sequence, Dropped> dropped) {

  /**
   * All numbers up to one went.
   *
   * @param at the latest of them
   * @param segment that held the latest of them
   * @param reason why
   */
  record Dropped(long until, Instant at, long segment, String reason) {}

  SegmentHeader {
    previousLast = Map.copyOf(previousLast);
    last = Map.copyOf(last);
    dropped = Map.copyOf(dropped);
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("epoch", epoch).put("previousEpoch", previousEpoch).put("uncounted", uncounted);
    ArrayNode ended = json.putArray("previousLast");
    previousLast.forEach((sequence, number) -> ended.add(sequence.toJson().put("last", number)));
    ArrayNode numbers = json.putArray("last");
    last.forEach((sequence, number) -> numbers.add(sequence.toJson().put("last", number)));
    ArrayNode gone = json.putArray("dropped");
    dropped.forEach(
        (sequence, until) ->
            gone.add(
                sequence
                    .toJson()
                    .put("last", until.until())
                    .put("at", until.at().toString())
                    .put("segment", until.segment())
                    .put("reason", until.reason())));
    return json;
  }

  static SegmentHeader fromJson(ObjectNode json) {
    Map<Sequence, Dropped> dropped = new LinkedHashMap<>();
    for (JsonNode each : json.path("dropped")) {
      dropped.put(
          Sequence.fromJson(each),
          new Dropped(
              each.path("last").longValue(),
              Instant.parse(each.path("at").asText()),
              each.path("segment").longValue(),
              each.path("reason").asText()));
    }
    return new SegmentHeader(
        json.path("epoch").asText(),
        json.path("previousEpoch").textValue(),
        numbers(json.path("previousLast")),
        numbers(json.path("last")),
        json.path("uncounted").longValue(),
        dropped);
  }

  private static Map<Sequence, Long> numbers(JsonNode array) {
    Map<Sequence, Long> numbers = new LinkedHashMap<>();
    array.forEach(each -> numbers.put(Sequence.fromJson(each), each.path("last").longValue()));
    return numbers;
  }
}
