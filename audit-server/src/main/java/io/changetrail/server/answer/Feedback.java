// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.correlation.Calibration;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Phase;
import io.changetrail.server.http.Caller;
import io.changetrail.store.StoredEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What people say of the suspects: it was this one, it was not this one. The last word on each
 * change counts.
 */
final class Feedback {
  private static final String CONFIRM = "confirm_cause";
  private static final String REJECT = "reject_cause";

  /** The actions of events that are feedback. */
  static final Set<String> ACTIONS = Set.of(CONFIRM, REJECT);

  private static final String CHANGE = "correlation.change";

  /** What a word against a change leaves of its score. */
  private static final double REJECTED = 0.05;

  /** What the word that it was another one leaves. */
  private static final double ANOTHER = 0.2;

  private final Map<String, StoredEvent> last = new LinkedHashMap<>();

  private Feedback() {}

  /**
   * Somebody's word.
   *
   * @param change id of the change, or of any of its events
   * @param cause whether it was the cause
   */
  record Judgement(String change, boolean cause, @Nullable String reason) {
    AuditEvent event(StoredEvent incident, StoredEvent judged, Caller caller, Instant now) {
      return AuditEvent.builder(
              new EventRef(
                  Correlations.SOURCE,
                  incident.eventId()
                      + "/feedback/"
                      + Incidents.hash(change + "\n" + caller.name() + "\n" + now)
                          .substring(0, 24)),
              now,
              Actor.user(caller.name(), Actor.Evidence.AUTHENTICATED),
              Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, cause ? CONFIRM : REJECT)
                  .summary(
                      (cause ? "It was this one: " : "It was not this one: ")
                          + judged.event().change().summary())
                  .reason(reason)
                  .build())
          .targets(judged.event().targets())
          .links(
              new Links(
                  null, null, List.of(incident.event().ref(), judged.event().ref()), Map.of()))
          .attribute(CHANGE, TextNode.valueOf(change))
          .build();
    }
  }

  /** From the events about one incident, oldest first. */
  static Feedback of(List<StoredEvent> events) {
    Feedback feedback = new Feedback();
    for (StoredEvent event : events) {
      JsonNode change = event.event().attributes().get(CHANGE);
      if (change != null) {
        feedback.last.remove(change.asText());
        feedback.last.put(change.asText(), event);
      }
    }
    return feedback;
  }

  ArrayNode toJson() {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    last.forEach(
        (change, event) -> {
          ObjectNode entry = json.addObject();
          entry.put("change", change);
          entry.put("cause", isConfirmed(event));
          entry.put("by", event.event().actor().id());
          entry.put("at", event.event().time().toString());
          String reason = event.event().change().reason();
          if (reason != null) {
            entry.put("reason", reason);
          }
        });
    return json;
  }

  /** Ranks the suspects of an answer anew; each score is still the product of its factors. */
  void applyTo(ObjectNode answer) {
    if (last.isEmpty()) {
      return;
    }
    List<ObjectNode> suspects = new ArrayList<>();
    answer.withArray("suspects").forEach(suspect -> suspects.add((ObjectNode) suspect));
    Optional<StoredEvent> confirmed =
        last.values().stream().filter(Feedback::isConfirmed).reduce((a, b) -> b);
    boolean refuted = false;
    for (ObjectNode suspect : suspects) {
      StoredEvent word = wordOn(suspect);
      if (word != null) {
        refuted |= !isConfirmed(word) && isBlamed(suspect);
        weigh(suspect, isConfirmed(word) ? 1 : REJECTED, says(word));
      } else if (confirmed.isPresent()) {
        weigh(suspect, ANOTHER, by(confirmed.get()) + " says that it was another one");
      }
    }
    suspects.sort(
        Comparator.comparing((ObjectNode suspect) -> !isConfirmed(wordOn(suspect)))
            .thenComparing(suspect -> -suspect.path("score").asDouble()));
    ArrayNode ranked = answer.putArray("suspects");
    suspects.forEach(ranked::add);
    if (confirmed.isPresent()) {
      answer.put("verdict", "explained").put("reason", says(confirmed.get()));
    } else if (refuted) {
      verdict(answer, suspects.stream().filter(Feedback::isBlamed).toList());
    }
  }

  /** What can be said when one that was blamed was not it. */
  private static void verdict(ObjectNode answer, List<ObjectNode> left) {
    if (left.isEmpty()) {
      answer
          .put("verdict", "none")
          .put("reason", "what looked like the cause was not it, by the feedback");
    } else if (left.size() == 1) {
      answer
          .put("verdict", "explained")
          .put(
              "reason",
              "'" + left.get(0).at("/change/summary").asText() + "' is left after the feedback");
    } else {
      answer
          .put("verdict", "ambiguous")
          .put("reason", left.size() + " changes are left after the feedback");
    }
  }

  private static boolean isBlamed(ObjectNode suspect) {
    return suspect.path("score").asDouble() >= Calibration.Constant.BLAME.usual();
  }

  private static void weigh(ObjectNode suspect, double value, String reason) {
    suspect
        .withArray("factors")
        .addObject()
        .put("name", "feedback")
        .put("value", value)
        .put("weight", 1.0)
        .put("reason", reason);
    suspect.put("score", Math.round(suspect.path("score").asDouble() * value * 10_000) / 10_000.0);
  }

  private @Nullable StoredEvent wordOn(ObjectNode suspect) {
    for (JsonNode event : suspect.at("/change/events")) {
      StoredEvent word = last.get(event.asText());
      if (word != null) {
        return word;
      }
    }
    return null;
  }

  private static boolean isConfirmed(@Nullable StoredEvent word) {
    return word != null && word.event().change().action().equals(CONFIRM);
  }

  private static String says(StoredEvent word) {
    String reason = word.event().change().reason();
    return by(word)
        + (isConfirmed(word) ? " says that it was this one" : " says that it was not this one")
        + (reason == null ? "" : ": " + reason);
  }

  private static String by(StoredEvent word) {
    return word.event().actor().id();
  }
}
