// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.operations;

import io.changetrail.model.ChangeKind;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what is older than the settings say. */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final AuditStore store;
  private final ServerConfig.Retention settings;
  private final Supplier<Set<String>> tenants;

  Retention(AuditStore store, ServerConfig.Retention settings, Supplier<Set<String>> tenants) {
    this.store = store;
    this.settings = settings;
    this.tenants = tenants;
  }

  boolean isNeeded() {
    return settings.keep() != null || !settings.kinds().isEmpty();
  }

  void run(Instant now) {
    Map<ChangeKind, Instant> before = new HashMap<>();
    settings.kinds().forEach((kind, span) -> before.put(kind, now.minus(span)));
    Duration keep = settings.keep();
    Expiry expiry = new Expiry(before, keep == null ? Instant.EPOCH : now.minus(keep), false);
    for (String tenant : tenants.get()) {
      long gone = store.expire(tenant, expiry);
      if (gone > 0) {
        LOG.info("retention: tenant={} deleted={} events", tenant, gone);
      }
    }
  }
}
