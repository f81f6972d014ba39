// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a change reached. Names are kept as the source wrote them; the catalogue resolves
 * them when they are read.
 */
public record Target(
    @Nullable String service,
    @Nullable String environment,
    @Nullable String region,
    @Nullable String cluster,
    @Nullable String namespace,
    @Nullable Resource resource) {

  public Target {
    Require.optionalText("service", service, 256);
    Require.optionalText("environment", environment, 256);
    Require.optionalText("region", region, 256);
    Require.optionalText("cluster", cluster, 256);
    Require.optionalText("namespace", namespace, 256);
    if (service == null && environment == null && resource == null) {
      throw new InvalidEventException(
          "target", "names nothing; give at least one of service, environment and resource");
    }
  }

  public static Target service(String service, @Nullable String environment) {
    return new Target(service, environment, null, null, null, null);
  }

  public Target withResource(Resource changed) {
    return new Target(service, environment, region, cluster, namespace, changed);
  }

  public Optional<String> serviceName() {
    return Optional.ofNullable(service);
  }

  public Optional<String> environmentName() {
    return Optional.ofNullable(environment);
  }
}
