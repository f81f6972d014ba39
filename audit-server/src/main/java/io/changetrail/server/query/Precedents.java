// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.Release;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What happened before a span to the same things: that a version is not deployed for the first time
 * shows only there. Few queries, each for many changes at once.
 */
final class Precedents {
  /** A version, revision or value that was in force longer ago than this is not remembered. */
  static final Duration REACH = Duration.ofDays(30);

  private static final int VALUES_PER_QUERY = 250;
  private static final int EVENTS_PER_QUERY = 100;

  /** Of how many services the deployments between an earlier release and the span are read. */
  private static final int MAX_SERVICES = 10;

  private static final int MAX_BETWEEN = 20;

  private final AuditStore store;
  private final Scope scope;
  private final Catalogue catalogue;

  Precedents(AuditStore store, Scope scope, Catalogue catalogue) {
    this.store = store;
    this.scope = scope;
    this.catalogue = catalogue;
  }

  /** The events before that moment which tell what the changes of these events restore. */
  Map<String, StoredEvent> of(Collection<StoredEvent> events, Instant before) {
    Map<String, StoredEvent> found = new LinkedHashMap<>();
    Set<String> digests = new LinkedHashSet<>();
    Set<String> revisions = new LinkedHashSet<>();
    Set<String> versions = new LinkedHashSet<>();
    Set<String> resources = new LinkedHashSet<>();
    for (StoredEvent stored : events) {
      AuditEvent event = stored.event();
      if (event.change().kind().equals(ChangeKind.DEPLOYMENT)) {
        Release release = Release.of(event);
        digests.addAll(release.digests());
        revisions.addAll(release.revisions());
        if (release.digests().isEmpty() && release.revisions().isEmpty()) {
          versions.addAll(release.versions());
        }
      }
      if (event.change().rollout() != null
          || (event.change().state().beforeState().isPresent()
              && event.change().state().afterState().isPresent())) {
        event.targets().stream()
            .map(Target::resource)
            .filter(Objects::nonNull)
            .forEach(resource -> resources.add(resource.kind() + "/" + resource.name()));
      }
    }
    Query then = Query.all().between(before.minus(REACH), before);
    Query deployments = then.where(Field.KIND, ChangeKind.DEPLOYMENT.name());
    Ahead<Map<String, StoredEvent>> ofResources =
        Ahead.begin(() -> search(then, Field.RESOURCE, resources));
    found.putAll(search(deployments, Field.DIGEST, digests));
    found.putAll(search(deployments, Field.REVISION, revisions));
    found.putAll(search(deployments, Field.VERSION, versions));
    between(List.copyOf(found.values()), before, found);
    found.putAll(ofResources.get());
    return found;
  }

  /** What came to the same services between their earlier release and the span. */
  private void between(List<StoredEvent> earlier, Instant before, Map<String, StoredEvent> found) {
    Map<String, Instant> since = new LinkedHashMap<>();
    for (StoredEvent event : earlier) {
      for (Target target : event.event().targets()) {
        catalogue
            .service(target)
            .ifPresent(
                service ->
                    since.merge(service, event.event().time(), (a, b) -> a.isBefore(b) ? a : b));
      }
    }
    since.entrySet().stream()
        .limit(MAX_SERVICES)
        .forEach(
            service ->
                add(
                    Query.all()
                        .between(service.getValue(), before)
                        .where(Field.KIND, ChangeKind.DEPLOYMENT.name())
                        .where(Field.SERVICE, catalogue.serviceNames(service.getKey())),
                    MAX_BETWEEN,
                    found));
  }

  private Map<String, StoredEvent> search(Query query, Field field, Set<String> values) {
    Map<String, StoredEvent> found = new LinkedHashMap<>();
    List<String> all = new ArrayList<>(values);
    for (int i = 0; i < all.size(); i += VALUES_PER_QUERY) {
      List<String> some = all.subList(i, Math.min(all.size(), i + VALUES_PER_QUERY));
      add(query.where(field, new LinkedHashSet<>(some)), EVENTS_PER_QUERY, found);
    }
    return found;
  }

  private void add(Query query, int limit, Map<String, StoredEvent> found) {
    store
        .search(scope, query, View.FOLDED, Order.NEWEST_FIRST, null, limit)
        .events()
        .forEach(event -> found.put(event.eventId(), event));
  }
}
