// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import io.changetrail.model.AuditEvent;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Page;
import io.changetrail.store.Position;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** The store that a contract is about, and the shortest ways to use it. */
abstract class StoreUnderTest {

  /**
   * The URI of the store of this name: a new, empty one when it is opened first, the same one when
   * it is opened again.
   *
   * @param name lower-case letters, digits and dashes
   */
  protected abstract URI place(String name);

  /** Opens the store of this name, as the server does. */
  AuditStore open(String name) {
    URI place = place(name);
    return AuditStoreProvider.forUri(place).open(place, InstantSource.system());
  }

  /** The store that all tests of the class share. */
  AuditStore store() {
    return OpenStores.of(this);
  }

  /** A tenant of which the store has nothing. */
  String newTenant() {
    return "tenant-" + UUID.randomUUID();
  }

  /** Appends events that came in when they happened. */
  List<AppendResult> append(String tenant, AuditEvent... events) {
    return append(tenant, Arrays.asList(events));
  }

  /** Appends events that came in when they happened. */
  List<AppendResult> append(String tenant, List<AuditEvent> events) {
    return store()
        .append(events.stream().map(event -> NewEvent.of(tenant, event, event.time())).toList());
  }

  /** All that a search gives, page by page. */
  List<StoredEvent> search(Scope scope, Query query, View view) {
    return search(store(), scope, query, view, Order.OLDEST_FIRST, 7);
  }

  /** All that a search gives, in pages of that size. */
  List<StoredEvent> search(
      AuditStore store, Scope scope, Query query, View view, Order order, int pageSize) {
    List<StoredEvent> all = new ArrayList<>();
    Page page = store.search(scope, query, view, order, null, pageSize);
    all.addAll(page.events());
    Position next = page.next();
    while (next != null) {
      page = store.search(scope, query, view, order, next, pageSize);
      all.addAll(page.events());
      next = page.next();
    }
    return all;
  }
}
