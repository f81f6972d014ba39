// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.catalogue.Alias;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.catalogue.InvalidCatalogueException;
import io.changetrail.store.AuditStore;
import io.changetrail.store.ResourceState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The catalogue of each tenant: the files, which are the same for all, and the aliases that people
 * of the tenant said beside them. Where the two disagree the files win.
 */
public final class Catalogues {
  /** The source of aliases, which nobody else may send for. */
  static final String SOURCE = "/changetrail/catalogue";

  private final Supplier<Catalogue> files;
  private final AuditStore store;
  private final Map<String, OfTenant> byTenant = new ConcurrentHashMap<>();

  public Catalogues(Supplier<Catalogue> files, AuditStore store) {
    this.files = files;
    this.store = store;
  }

  /**
   * An alias as it is kept.
   *
   * @param state the one that its event brought
   */
  record Said(Alias alias, ResourceState state) {}

  /**
   * What is in force for a tenant.
   *
   * @param files what it was made from
   * @param aliases oldest first
   * @param overruled why an alias is not in force
   */
  record OfTenant(
      Catalogue files, List<Said> aliases, Catalogue catalogue, Map<Alias, String> overruled) {

    static OfTenant of(Catalogue files, List<Said> aliases) {
      List<Alias> all = aliases.stream().map(Said::alias).toList();
      try {
        return new OfTenant(files, aliases, files.with(all), Map.of());
      } catch (InvalidCatalogueException one) {
        // The files came to say something else since: each alias by itself then.
        Catalogue catalogue = files;
        Map<Alias, String> overruled = new LinkedHashMap<>();
        for (Alias alias : all) {
          try {
            catalogue = catalogue.with(List.of(alias));
          } catch (InvalidCatalogueException e) {
            overruled.put(alias, String.valueOf(e.getMessage()));
          }
        }
        return new OfTenant(files, aliases, catalogue, Map.copyOf(overruled));
      }
    }
  }

  /** What is in force now. */
  public Catalogue of(String tenant) {
    return current(tenant).catalogue();
  }

  OfTenant current(String tenant) {
    OfTenant known = byTenant.get(tenant);
    if (known == null) {
      return reread(tenant);
    }
    Catalogue now = files.get();
    if (known.files() != now) {
      known = OfTenant.of(now, known.aliases());
      byTenant.put(tenant, known);
    }
    return known;
  }

  /** Reads the aliases again: this server may not be the only one that writes to the store. */
  public void refresh() {
    byTenant.keySet().forEach(this::reread);
  }

  OfTenant reread(String tenant) {
    List<Said> aliases = new ArrayList<>();
    String after = "";
    List<ResourceState> page;
    do {
      page = store.resources(tenant, SOURCE, after, AuditStore.MAX_PAGE);
      for (ResourceState state : page) {
        JsonNode said = state.state();
        if (said != null) {
          aliases.add(new Said(AliasEvent.read(said), state));
        }
        after = state.key().key();
      }
    } while (page.size() == AuditStore.MAX_PAGE);
    aliases.sort(
        Comparator.comparing((Said said) -> said.state().since())
            .thenComparing(said -> said.alias().name()));
    OfTenant read = OfTenant.of(files.get(), List.copyOf(aliases));
    byTenant.put(tenant, read);
    return read;
  }
}
