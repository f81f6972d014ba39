// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.correlation.Anomaly;
import io.changetrail.correlation.Answer;
import io.changetrail.correlation.CandidateChange;
import io.changetrail.correlation.Effect;
import io.changetrail.correlation.Excluded;
import io.changetrail.correlation.Factor;
import io.changetrail.correlation.Series;
import io.changetrail.correlation.Suspect;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.query.ChangeJson;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An answer, with what is needed to show it.
 *
 * @param observed the changes that were judged, by id
 * @param asked the series that Prometheus gave
 * @param notes what could not be had of the metrics, and why
 */
record Answered(
    Answer answer,
    Map<String, ObservedChange> observed,
    Catalogue known,
    List<Series> asked,
    List<String> notes) {
  /** As many as a person looks at; Prometheus bounds the points of each. */
  private static final int MAX_DRAWN = 3;

  /**
   * The answer with what Prometheus gave of the service, to be drawn: that of the signal first,
   * that of the whole service before that of one instance. A stored answer goes without.
   */
  ObjectNode toJsonWithSeries(Anomaly anomaly) {
    ObjectNode json = toJson();
    ArrayNode drawn = json.putArray("series");
    asked.stream()
        .filter(one -> one.service().equals(anomaly.service()))
        .sorted(
            Comparator.comparing((Series one) -> !one.signal().equals(anomaly.signal()))
                .thenComparing(one -> one.instance().isPresent()))
        .limit(MAX_DRAWN)
        .forEach(one -> drawn.add(json(one)));
    return json;
  }

  private static ObjectNode json(Series series) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("service", series.service());
    series.instance().ifPresent(instance -> json.put("instance", instance));
    json.put("signal", series.signal());
    ArrayNode points = json.putArray("points");
    for (int i = 0; i < series.size(); i++) {
      points.addArray().add(series.time(i) / 1e3).add(series.value(i));
    }
    return json;
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("verdict", answer.verdict().wireName());
    json.put("reason", answer.reason());
    json.putObject("onset")
        .put("earliest", answer.onset().interval().earliest().toString())
        .put("latest", answer.onset().interval().latest().toString())
        .put("basis", answer.onset().basis());
    json.putArray("suspects").addAll(answer.suspects().parallelStream().map(this::json).toList());
    json.put("moreSuspects", answer.moreSuspects());
    json.putArray("excluded").addAll(answer.excluded().parallelStream().map(this::json).toList());
    json.put("moreExcluded", answer.moreExcluded());
    ObjectNode searched = json.putObject("searched");
    searched.put("from", answer.searched().window().earliest().toString());
    searched.put("to", answer.searched().window().latest().toString());
    searched.put("candidates", answer.searched().candidates());
    ArrayNode services = searched.putArray("services");
    answer.searched().services().forEach(services::add);
    searched.put("series", answer.searched().series());
    ArrayNode silent = json.putArray("silentSources");
    answer.silentSources().forEach(silent::add);
    ArrayNode noted = json.putArray("notes");
    notes.forEach(noted::add);
    return json;
  }

  private ObjectNode json(Suspect suspect) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("change", change(suspect.change()));
    json.put("score", suspect.score());
    ArrayNode factors = json.putArray("factors");
    for (Factor factor : suspect.factors()) {
      factors
          .addObject()
          .put("name", factor.name())
          .put("value", factor.value())
          .put("weight", factor.weight())
          .put("reason", factor.reason());
    }
    ArrayNode effects = json.putArray("effects");
    suspect.effects().forEach(effect -> effects.add(json(effect)));
    return json;
  }

  private ObjectNode json(Excluded excluded) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("change", change(excluded.change()));
    return json.put("reason", excluded.reason());
  }

  private static ObjectNode json(Effect effect) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("service", effect.service());
    if (effect.instance() != null) {
      json.put("instance", effect.instance());
    }
    return json.put("signal", effect.signal())
        .put("before", effect.before())
        .put("after", effect.after())
        .put("difference", effect.difference())
        .put("lower", effect.lower())
        .put("upper", effect.upper())
        .put("p", effect.p())
        .put("samplesBefore", effect.samplesBefore())
        .put("samplesAfter", effect.samplesAfter());
  }

  private ObjectNode change(CandidateChange candidate) {
    return ChangeJson.of(Objects.requireNonNull(observed.get(candidate.id())), known);
  }
}
