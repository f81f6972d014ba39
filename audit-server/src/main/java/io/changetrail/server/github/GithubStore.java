// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Phase;
import io.changetrail.server.http.Caller;
import io.changetrail.server.ingest.Acceptance;
import io.changetrail.server.ingest.IngestEndpoint.IngestObserver;
import io.changetrail.server.ingest.RepeatedPushes;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Field;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.View;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what was asked of GitHub, like everything else that comes in.
 *
 * @param tenant whose events they are
 * @param server address of GitHub, with which the sources begin
 */
record GithubStore(
    AuditStore store,
    Acceptance acceptance,
    IngestObserver ingested,
    InstantSource clock,
    String tenant,
    String server)
    implements GithubHistory.Known {
  private static final Logger LOG = LoggerFactory.getLogger(GithubStore.class);

  /** Stores events; those that were stored before change nothing. */
  int append(List<AuditEvent> events) {
    Caller caller =
        new Caller("github", tenant, source -> source.startsWith(server + "/"), null, false);
    Instant now = clock.instant();
    List<NewEvent> accepted = new ArrayList<>();
    for (AuditEvent event : events) {
      try {
        accepted.add(NewEvent.of(tenant, acceptance.accept(caller, event, now), now));
      } catch (InvalidEventException e) {
        LOG.warn("GitHub told what cannot be stored: event={} {}", event.ref(), e.getMessage());
      }
    }
    if (accepted.isEmpty()) {
      return 0;
    }
    Map<Status, Integer> counts = new EnumMap<>(Status.class);
    long lastSeq = 0;
    for (AppendResult result : store.append(accepted)) {
      counts.merge(result.status(), 1, Integer::sum);
      lastSeq = Math.max(lastSeq, result.seq());
    }
    ingested.ingested(counts, lastSeq);
    return counts.getOrDefault(Status.ACCEPTED, 0);
  }

  @Override
  public boolean hasEnded(JsonNode repository, JsonNode deployment) {
    Query end =
        Query.all()
            .where(Field.SOURCE, repository.path("html_url").asText())
            .where(Field.CHANGE, "deployment-" + deployment.path("id").asText())
            .where(Field.PHASE, Phase.FINISHED.wireName());
    return !store
        .search(Scope.of(tenant), end, View.RAW, AuditStore.Order.NEWEST_FIRST, null, 1)
        .events()
        .isEmpty();
  }

  @Override
  public boolean hasEnded(JsonNode repository, JsonNode run, int attempt) {
    String id = "workflow_run-" + run.path("id").asText() + "-" + attempt + "-completed";
    return store
        .find(Scope.of(tenant), new EventRef(repository.path("html_url").asText(), id), View.RAW)
        .isPresent();
  }

  /**
   * Those that are not stored yet, whoever told them, under the ids that they are to have.
   *
   * @param events of which the earlier of two pushes comes first
   */
  List<AuditEvent> unknown(List<AuditEvent> events) {
    RepeatedPushes pushes = new RepeatedPushes(store);
    Map<EventRef, AuditEvent> unknown = new LinkedHashMap<>();
    for (AuditEvent event : events) {
      AuditEvent one = pushes.identified(tenant, event, unknown);
      if (store.find(Scope.of(tenant), one.ref(), View.RAW).isEmpty()) {
        unknown.putIfAbsent(one.ref(), one);
      }
    }
    return List.copyOf(unknown.values());
  }
}
