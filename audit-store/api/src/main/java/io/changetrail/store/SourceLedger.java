// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Origin;
import io.changetrail.store.SourceDeclaration.Loss;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The account of one source: what came of it, and what it says should have come. A store keeps one
 * JSON document per tenant and source, and changes it in the transaction that appends the events,
 * so that every engine counts alike. Bounded in size whatever a source sends. Not safe for use by
 * several threads.
 */
public final class SourceLedger {
  private static final int OFFSETS = 32;
  private static final int EPOCHS = 64;
  private static final int RANGES = 1000;
  private static final int LOSSES = 1000;

  private long events;
  private @Nullable Instant lastTime;
  private @Nullable Instant lastIngested;
  private @Nullable Duration lag;
  private final Deque<Long> offsets = new ArrayDeque<>();
  private final Map<String, EpochLedger> epochs = new LinkedHashMap<>();

  /** The numbers from its key on to {@code last} have come. */
  private record Range(long last, Instant firstTime, Instant lastTime) {}

  /** The account of one sequence. */
  private static final class EpochLedger {
    private final String installation;
    private final String epoch;
    private final TreeMap<Long, Range> ranges = new TreeMap<>();
    private final TreeMap<Long, Loss> lost = new TreeMap<>();
    private long older;
    private @Nullable String previousEpoch;
    private @Nullable Long previousLast;
    private long declared;
    private @Nullable Instant declaredAt;
    private boolean ended;
    private @Nullable Duration heartbeat;
    private Instant heard;
    private @Nullable Instant arrived;

    EpochLedger(String installation, String epoch, Instant heard) {
      this.installation = installation;
      this.epoch = epoch;
      this.heard = heard;
    }

    /** Whether that number is new. */
    boolean came(long number, Instant time) {
      Map.Entry<Long, Range> below = ranges.floorEntry(number);
      if (below != null && below.getValue().last() >= number) {
        return false;
      }
      long first = number;
      Instant firstTime = time;
      if (below != null && below.getValue().last() == number - 1) {
        first = below.getKey();
        firstTime = below.getValue().firstTime();
      }
      Range above = ranges.remove(number + 1);
      ranges.put(
          first,
          above == null
              ? new Range(number, firstTime, time)
              : new Range(above.last(), firstTime, above.lastTime()));
      if (ranges.size() > RANGES) {
        forgetOldestGap();
      }
      return true;
    }

    /** Keeps the count of what is missing there, not the place. */
    private void forgetOldestGap() {
      Map.Entry<Long, Range> lowest = ranges.pollFirstEntry();
      Map.Entry<Long, Range> next = ranges.pollFirstEntry();
      older += next.getKey() - lowest.getValue().last() - 1;
      ranges.put(
          lowest.getKey(),
          new Range(
              next.getValue().last(), lowest.getValue().firstTime(), next.getValue().lastTime()));
    }

    void declare(SourceDeclaration declaration, Instant received) {
      if (declaration.last() > declared) {
        declared = declaration.last();
        declaredAt = received;
      }
      ended |= declaration.ended();
      heartbeat = declaration.heartbeat();
      before(declaration.previousEpoch(), declaration.previousLast());
      declaration.lost().forEach(this::lose);
    }

    /** Joins what was lost for the same reason without a break. */
    private void lose(Loss loss) {
      Map.Entry<Long, Loss> below = lost.floorEntry(loss.first());
      Loss joined = loss;
      if (below != null && touches(below.getValue(), loss)) {
        lost.remove(below.getKey());
        joined =
            new Loss(
                below.getKey(),
                Math.max(below.getValue().last(), loss.last()),
                loss.reason(),
                loss.at());
      }
      lost.put(joined.first(), joined);
      if (lost.size() > LOSSES) {
        lost.pollFirstEntry();
      }
    }

    private static boolean touches(Loss below, Loss loss) {
      return below.last() >= loss.first() - 1
          && (below.reason().equals(loss.reason()) || below.first() == loss.first());
    }

    void before(@Nullable String named, @Nullable Long last) {
      previousEpoch = previousEpoch == null ? named : previousEpoch;
      previousLast = previousLast == null ? last : previousLast;
    }

    SourceStatus.Epoch status() {
      List<SourceStatus.Gap> missing = new ArrayList<>();
      long next = 1;
      Instant after = null;
      for (Map.Entry<Long, Range> range : ranges.entrySet()) {
        if (range.getKey() > next) {
          missing.add(
              new SourceStatus.Gap(next, range.getKey() - 1, after, range.getValue().firstTime()));
        }
        next = range.getValue().last() + 1;
        after = range.getValue().lastTime();
      }
      return new SourceStatus.Epoch(
          installation,
          epoch,
          ranges.isEmpty() ? 0 : ranges.firstKey(),
          next - 1,
          after,
          missing,
          older,
          previousEpoch,
          previousLast,
          declared,
          declaredAt,
          ended,
          heartbeat,
          heard,
          arrived,
          List.copyOf(lost.values()));
    }

    ObjectNode toJson() {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("installation", installation).put("epoch", epoch);
      json.put("previousEpoch", previousEpoch).put("previousLast", previousLast);
      json.put("older", older).put("declared", declared).put("ended", ended);
      json.put("declaredAt", text(declaredAt));
      json.put("heartbeat", heartbeat == null ? null : heartbeat.toString());
      json.put("heard", heard.toString()).put("arrived", text(arrived));
      ArrayNode came = json.putArray("ranges");
      ranges.forEach(
          (first, range) ->
              came.addArray()
                  .add(first)
                  .add(range.last())
                  .add(range.firstTime().toString())
                  .add(range.lastTime().toString()));
      ArrayNode said = json.putArray("lost");
      lost.values()
          .forEach(
              loss ->
                  said.addArray()
                      .add(loss.first())
                      .add(loss.last())
                      .add(loss.reason())
                      .add(loss.at().toString()));
      return json;
    }

    /**
     * @param latest stands for the times that documents of earlier builds do not have; they list
     *     ranges as plain pairs of numbers
     */
    static EpochLedger fromJson(JsonNode json, Instant latest) {
      EpochLedger ledger =
          new EpochLedger(
              json.path("installation").textValue(),
              json.path("epoch").textValue(),
              or(instant(json.path("heard")), latest));
      JsonNode previous = json.path("previousLast");
      ledger.before(
          json.path("previousEpoch").textValue(),
          previous.isNumber() ? previous.longValue() : null);
      ledger.older = json.path("older").longValue();
      ledger.declared = json.path("declared").longValue();
      ledger.declaredAt = instant(json.path("declaredAt"));
      ledger.arrived = instant(json.path("arrived"));
      ledger.ended = json.path("ended").booleanValue();
      ledger.heartbeat = duration(json.path("heartbeat"));
      JsonNode ranges = json.path("ranges");
      if (ranges.path(0).isNumber()) {
        for (int i = 0; i + 1 < ranges.size(); i += 2) {
          ledger.ranges.put(
              ranges.path(i).longValue(),
              new Range(ranges.path(i + 1).longValue(), latest, latest));
        }
        return ledger;
      }
      for (JsonNode range : ranges) {
        ledger.ranges.put(
            range.path(0).longValue(),
            new Range(
                range.path(1).longValue(),
                Instant.parse(range.path(2).textValue()),
                Instant.parse(range.path(3).textValue())));
      }
      for (JsonNode loss : json.path("lost")) {
        ledger.lost.put(
            loss.path(0).longValue(),
            new Loss(
                loss.path(0).longValue(),
                loss.path(1).longValue(),
                loss.path(2).textValue(),
                Instant.parse(loss.path(3).textValue())));
      }
      return ledger;
    }
  }

  /** Counts an event that was stored. */
  public void stored(NewEvent incoming) {
    events++;
    lastTime = later(lastTime, incoming.event().time());
    lastIngested = later(lastIngested, incoming.ingestedTime());
    lag = Duration.between(incoming.event().time(), incoming.ingestedTime());
    if (incoming.clockOffset() != null) {
      offsets.addLast(incoming.clockOffset().toNanos());
      if (offsets.size() > OFFSETS) {
        offsets.removeFirst();
      }
    }
    came(incoming);
  }

  /**
   * Counts the number of an event that came, stored or not: one that was stored before under
   * another number has come under this one too.
   *
   * @return whether the number is new, so that the ledger must be kept
   */
  public boolean came(NewEvent incoming) {
    Origin origin = incoming.event().origin();
    String name = origin == null ? null : origin.epoch();
    if (origin == null || name == null || origin.number() == 0) {
      return false;
    }
    EpochLedger epoch = epoch(origin.installation(), name, incoming.ingestedTime());
    epoch.before(origin.previousEpoch(), origin.previousLast());
    if (!epoch.came(origin.number(), incoming.event().time())) {
      return false;
    }
    epoch.arrived = later(epoch.arrived, incoming.ingestedTime());
    return true;
  }

  /** Notes what the source says of itself. */
  public void declare(SourceDeclaration declaration, Instant received) {
    epoch(declaration.installation(), declaration.epoch(), received).declare(declaration, received);
  }

  private EpochLedger epoch(String installation, String name, Instant now) {
    EpochLedger epoch =
        epochs.computeIfAbsent(
            installation + "\n" + name, ignored -> new EpochLedger(installation, name, now));
    epoch.heard = now.isAfter(epoch.heard) ? now : epoch.heard;
    if (epochs.size() > EPOCHS) {
      // Not the one that began first: it may go on beside many that are short.
      epochs.values().stream()
          .filter(one -> one != epoch)
          .min(Comparator.comparing(one -> one.heard))
          .ifPresent(epochs.values()::remove);
    }
    return epoch;
  }

  /** What is known now. */
  public SourceStatus status(String source) {
    List<Long> sorted = offsets.stream().sorted().toList();
    boolean known = !sorted.isEmpty();
    return new SourceStatus(
        source,
        events,
        lastTime,
        lastIngested,
        lag,
        known ? Duration.ofNanos(sorted.get(sorted.size() / 2)) : null,
        known ? Duration.ofNanos((sorted.get(sorted.size() - 1) - sorted.get(0)) / 2) : null,
        epochs.values().stream().map(EpochLedger::status).toList());
  }

  /** The ledger as a document to keep. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("events", events);
    json.put("lastTime", text(lastTime));
    json.put("lastIngested", text(lastIngested));
    json.put("lag", lag == null ? null : lag.toString());
    ArrayNode all = json.putArray("offsets");
    offsets.forEach(all::add);
    ArrayNode kept = json.putArray("epochs");
    epochs.values().forEach(epoch -> kept.add(epoch.toJson()));
    return json;
  }

  /** The ledger of a document that {@link #toJson} wrote. */
  public static SourceLedger fromJson(JsonNode json) {
    SourceLedger ledger = new SourceLedger();
    ledger.events = json.path("events").longValue();
    ledger.lastTime = instant(json.path("lastTime"));
    ledger.lastIngested = instant(json.path("lastIngested"));
    ledger.lag = duration(json.path("lag"));
    json.path("offsets").forEach(offset -> ledger.offsets.add(offset.longValue()));
    for (JsonNode one : json.path("epochs")) {
      EpochLedger epoch = EpochLedger.fromJson(one, or(ledger.lastIngested, Instant.EPOCH));
      ledger.epochs.put(epoch.installation + "\n" + epoch.epoch, epoch);
    }
    return ledger;
  }

  private static Instant later(@Nullable Instant one, Instant other) {
    return one != null && one.isAfter(other) ? one : other;
  }

  private static Instant or(@Nullable Instant one, Instant other) {
    return one == null ? other : one;
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  private static @Nullable Duration duration(JsonNode json) {
    return json.isTextual() ? Duration.parse(json.textValue()) : null;
  }

  private static @Nullable Instant instant(JsonNode json) {
    return json.isTextual() ? Instant.parse(json.textValue()) : null;
  }
}
