// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Origin;
import io.changetrail.store.NewEvent;
import io.changetrail.store.SourceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is counted of one source; changed by the writer only. */
final class SourceRecord {
  private static final int OFFSETS = 32;
  private static final int EPOCHS = 64;

  private long events;
  private Instant lastTime = Instant.EPOCH;
  private Instant lastIngested = Instant.EPOCH;
  private final Deque<Long> offsets = new ArrayDeque<>();
  private final Map<String, EpochRecord> epochs = new LinkedHashMap<>();

  /** The numbers seen of one epoch, as ranges from first to last. */
  private record EpochRecord(
      String installation,
      String epoch,
      @Nullable String previousEpoch,
      @Nullable Long previousLast,
      TreeMap<Long, Long> ranges) {
    void add(long number) {
      Map.Entry<Long, Long> below = ranges.floorEntry(number);
      if (below != null && below.getValue() >= number) {
        return;
      }
      long first = below != null && below.getValue() == number - 1 ? below.getKey() : number;
      Long joined = ranges.remove(number + 1);
      ranges.put(first, joined == null ? number : joined);
    }
  }

  void add(NewEvent incoming) {
    events++;
    Instant time = incoming.event().time();
    lastTime = time.isAfter(lastTime) ? time : lastTime;
    lastIngested =
        incoming.ingestedTime().isAfter(lastIngested) ? incoming.ingestedTime() : lastIngested;
    if (incoming.clockOffset() != null) {
      offsets.addLast(incoming.clockOffset().toNanos());
      if (offsets.size() > OFFSETS) {
        offsets.removeFirst();
      }
    }
    Origin origin = incoming.event().origin();
    String name = origin == null ? null : origin.epoch();
    if (origin != null && name != null && origin.number() > 0) {
      epochs
          .computeIfAbsent(
              origin.installation() + "\n" + name,
              ignored ->
                  new EpochRecord(
                      origin.installation(),
                      name,
                      origin.previousEpoch(),
                      origin.previousLast(),
                      new TreeMap<>()))
          .add(origin.number());
      if (epochs.size() > EPOCHS) {
        epochs.remove(epochs.keySet().iterator().next());
      }
    }
  }

  SourceStatus status(String source) {
    List<SourceStatus.Epoch> all = new ArrayList<>();
    for (EpochRecord epoch : epochs.values()) {
      List<SourceStatus.Gap> missing = new ArrayList<>();
      long next = 1;
      for (Map.Entry<Long, Long> range : epoch.ranges().entrySet()) {
        if (range.getKey() > next) {
          missing.add(new SourceStatus.Gap(next, range.getKey() - 1));
        }
        next = range.getValue() + 1;
      }
      all.add(
          new SourceStatus.Epoch(
              epoch.installation(),
              epoch.epoch(),
              epoch.ranges().firstKey(),
              next - 1,
              missing,
              epoch.previousEpoch(),
              epoch.previousLast()));
    }
    List<Long> sorted = offsets.stream().sorted().toList();
    boolean known = !sorted.isEmpty();
    return new SourceStatus(
        source,
        events,
        lastTime,
        lastIngested,
        known ? Duration.ofNanos(sorted.get(sorted.size() / 2)) : null,
        known ? Duration.ofNanos((sorted.get(sorted.size() - 1) - sorted.get(0)) / 2) : null,
        all);
  }

  String toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("events", events);
    json.put("lastTime", lastTime.toString());
    json.put("lastIngested", lastIngested.toString());
    ArrayNode all = json.putArray("offsets");
    offsets.forEach(all::add);
    ArrayNode kept = json.putArray("epochs");
    for (EpochRecord epoch : epochs.values()) {
      ObjectNode one = kept.addObject();
      one.put("installation", epoch.installation()).put("epoch", epoch.epoch());
      one.put("previousEpoch", epoch.previousEpoch()).put("previousLast", epoch.previousLast());
      ArrayNode ranges = one.putArray("ranges");
      epoch.ranges().forEach((first, last) -> ranges.add(first).add(last));
    }
    return json.toString();
  }

  static SourceRecord fromJson(String text) {
    JsonNode json = Bodies.read(text);
    SourceRecord record = new SourceRecord();
    record.events = json.path("events").longValue();
    record.lastTime = Instant.parse(json.path("lastTime").textValue());
    record.lastIngested = Instant.parse(json.path("lastIngested").textValue());
    json.path("offsets").forEach(offset -> record.offsets.add(offset.longValue()));
    for (JsonNode one : json.path("epochs")) {
      JsonNode last = one.path("previousLast");
      TreeMap<Long, Long> ranges = new TreeMap<>();
      JsonNode bounds = one.path("ranges");
      for (int i = 0; i + 1 < bounds.size(); i += 2) {
        ranges.put(bounds.get(i).longValue(), bounds.get(i + 1).longValue());
      }
      EpochRecord epoch =
          new EpochRecord(
              one.path("installation").textValue(),
              one.path("epoch").textValue(),
              one.path("previousEpoch").textValue(),
              last.isNumber() ? last.longValue() : null,
              ranges);
      record.epochs.put(epoch.installation() + "\n" + epoch.epoch(), epoch);
    }
    return record;
  }
}
