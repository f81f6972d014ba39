// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.SourceStatus;
import io.changetrail.store.SourceStatus.Epoch;
import io.changetrail.store.SourceStatus.Gap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * {@code GET /v1/sources}: who reports, since when they were silent, and what of theirs is missing.
 */
public final class SourcesEndpoint implements Endpoint {
  private final AuditStore store;

  public SourcesEndpoint(AuditStore store) {
    this.store = store;
  }

  /** What the numbers of a source say about loss. */
  public enum Continuity {
    /** Every number of every sequence has come. */
    COMPLETE,
    /** Numbers are missing. */
    GAPS,
    /** A sequence began anew without saying where the one before ended. */
    UNKNOWN,
    /** The source does not number its events. */
    NOT_COUNTED;

    /** What the sequences of one source say. */
    public static Continuity of(SourceStatus source) {
      if (source.epochs().isEmpty()) {
        return NOT_COUNTED;
      }
      if (missing(source) > 0) {
        return GAPS;
      }
      return continues(source) ? COMPLETE : UNKNOWN;
    }

    private static boolean continues(SourceStatus source) {
      for (Epoch epoch : source.epochs()) {
        boolean first =
            source.epochs().stream()
                .filter(other -> other.installation().equals(epoch.installation()))
                .findFirst()
                .filter(epoch::equals)
                .isPresent();
        if (!first && !endsWhereSaid(epoch, source.epochs())) {
          return false;
        }
      }
      return true;
    }

    private static boolean endsWhereSaid(Epoch epoch, List<Epoch> all) {
      return epoch.previousLast() != null
          && all.stream()
              .anyMatch(
                  other ->
                      other.epoch().equals(epoch.previousEpoch())
                          && Objects.equals(other.last(), epoch.previousLast()));
    }
  }

  /** How many numbered events of a source have not come. */
  public static long missing(SourceStatus source) {
    long missing = 0;
    for (Epoch epoch : source.epochs()) {
      for (Gap gap : epoch.missing()) {
        missing += gap.last() - gap.first() + 1;
      }
    }
    return missing;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode sources = answer.putArray("sources");
    store.sources(request.scope()).forEach(source -> sources.add(json(source)));
    return Response.json(200, answer);
  }

  private static ObjectNode json(SourceStatus source) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("source", source.source());
    json.put("events", source.events());
    json.put("lastTime", source.lastTime().toString());
    json.put("lastIngested", source.lastIngested().toString());
    EventJson.put(json, "clockOffset", source.clockOffset());
    EventJson.put(json, "clockUncertainty", source.clockUncertainty());
    json.put("continuity", Continuity.of(source).name().toLowerCase(Locale.ROOT).replace('_', ' '));
    json.put("missing", missing(source));
    ArrayNode gaps = json.putArray("gaps");
    ArrayNode epochs = json.putArray("epochs");
    for (Epoch epoch : source.epochs()) {
      for (Gap gap : epoch.missing()) {
        gaps.addObject()
            .put("installation", epoch.installation())
            .put("epoch", epoch.epoch())
            .put("first", gap.first())
            .put("last", gap.last());
      }
      ObjectNode entry = epochs.addObject();
      entry.put("installation", epoch.installation());
      entry.put("epoch", epoch.epoch());
      entry.put("first", epoch.first());
      entry.put("last", epoch.last());
      EventJson.put(entry, "previousEpoch", epoch.previousEpoch());
      if (epoch.previousLast() != null) {
        entry.put("previousLast", epoch.previousLast());
      }
    }
    return json;
  }
}
