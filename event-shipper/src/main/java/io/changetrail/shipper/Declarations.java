// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a spool says of its sequences beside their events. */
final class Declarations {
  private final Journal journal;
  private final String installation;
  private final Set<String> sources;
  private final @Nullable Duration heartbeat;

  /**
   * @param sources that are told of even before their first event
   * @param heartbeat how long each is silent at most; {@code null} if nothing is promised
   */
  Declarations(
      Journal journal, String installation, Set<String> sources, @Nullable Duration heartbeat) {
    this.journal = journal;
    this.installation = installation;
    this.sources = Set.copyOf(sources);
    this.heartbeat = heartbeat;
  }

  /** One sequence, and the losses that are told with it. */
  record Declared(ObjectNode json, List<Loss> losses) {}

  /**
   * What is to be told now.
   *
   * @param all whether of every sequence, or only of those with a loss
   * @param ended whether they are over for good
   */
  List<Declared> of(Cursor cursor, boolean all, boolean ended) {
    Map<Sequence, Long> last = journal.last();
    Set<Sequence> sequences = new LinkedHashSet<>();
    cursor.losses().forEach(loss -> sequences.add(loss.sequence()));
    if (all) {
      sequences.addAll(last.keySet());
      sources.forEach(source -> sequences.add(new Sequence(source, installation, journal.epoch())));
      sequences.addAll(journal.continued());
    }
    List<Declared> declared = new ArrayList<>();
    for (Sequence sequence : sequences) {
      List<Loss> losses =
          cursor.losses().stream().filter(loss -> loss.sequence().equals(sequence)).toList();
      long number = last.getOrDefault(sequence, cursor.handled(sequence));
      declared.add(new Declared(json(sequence, number, ended, losses), losses));
    }
    return declared;
  }

  private ObjectNode json(Sequence sequence, long last, boolean ended, List<Loss> losses) {
    ObjectNode json = sequence.toJson().put("last", last);
    if (sequence.epoch().equals(journal.epoch())) {
      if (journal.previousEpoch() != null) {
        json.put("previousEpoch", journal.previousEpoch());
      }
      if (journal.previousLast(sequence) != null) {
        json.put("previousLast", journal.previousLast(sequence));
      }
      json.put("ended", ended);
      if (heartbeat != null) {
        json.put("heartbeat", heartbeat.toString());
      }
    }
    ArrayNode lost = json.putArray("lost");
    losses.forEach(loss -> lost.add(loss.toJson()));
    return json;
  }
}
