// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import io.changetrail.model.Target;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a reader may see: one tenant, and within it the targets whose environment and service are
 * both granted. Every read of an {@link AuditStore} takes one.
 *
 * <p>An event is visible if any of its targets is; then it is seen {@linkplain Reduction reduced}.
 * An event without targets is visible only to a reader of the whole tenant.
 *
 * @param environments granted environments, by every name that events use for them; {@code null}
 *     grants all
 * @param services granted services, likewise, and their workloads as {@linkplain
 *     io.changetrail.model.catalogue.WorkloadSelector#term() terms}; {@code null} grants all
 */
public record Scope(
    String tenant, @Nullable Set<String> environments, @Nullable Set<String> services) {
  public Scope {
    if (tenant.isBlank()) {
      throw new IllegalArgumentException("a scope needs a tenant");
    }
    environments = environments == null ? null : Set.copyOf(environments);
    services = services == null ? null : Set.copyOf(services);
  }

  /** Everything of the tenant. */
  public static Scope of(String tenant) {
    return new Scope(tenant, null, null);
  }

  public boolean isWholeTenant() {
    return environments == null && services == null;
  }

  public boolean allows(Target target) {
    return (environments == null
            || target.environmentName().filter(environments::contains).isPresent())
        && (services == null || Matching.isOfService(services, target));
  }
}
