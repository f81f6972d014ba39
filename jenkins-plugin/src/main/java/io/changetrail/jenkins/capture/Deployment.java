// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A deployment that a run makes.
 *
 * @param key which of the run's deployments it is: the same from its start to its end
 * @param services at least one
 * @param artifact package URL or image reference; {@code null} where it is not declared
 * @param version as people know it
 * @param stage that makes it
 * @param action {@code deploy}, {@code rollback} …
 * @param declared whether a step or a build step says so; else it was detected
 */
public record Deployment(
    String key,
    List<String> services,
    String environment,
    @Nullable String artifact,
    @Nullable String version,
    @Nullable String stage,
    String action,
    @Nullable String reason,
    @Nullable String ticket,
    Instant started,
    boolean declared) {
  private static final Pattern SEPARATOR = Pattern.compile("[,\\r\\n]+");

  /** What is missing, for whoever wrote the step; never {@code IllegalStateException} later on. */
  public Deployment {
    services = services.stream().map(String::strip).filter(each -> !each.isEmpty()).toList();
    if (services.isEmpty()) {
      throw new IllegalArgumentException(
          "service is required: name what is deployed, as in service: 'checkout'");
    }
    if (services.size() > 1000) {
      throw new IllegalArgumentException("at most 1000 services can be deployed at once");
    }
    if (environment.isBlank()) {
      throw new IllegalArgumentException(
          "environment is required: say where it is deployed, as in environment: 'prod'");
    }
    if (action.isBlank()) {
      throw new IllegalArgumentException("action must not be blank; leave it out for 'deploy'");
    }
    environment = environment.strip();
    action = action.strip().toLowerCase(Locale.ROOT);
  }

  /** Whether it is of the same services in the same environment. */
  public boolean isLike(Deployment other) {
    return environment.equals(other.environment) && services.equals(other.services);
  }

  /**
   * Whether this is what was detected before a step declared it: of the same services, or in the
   * same stage, where the detected service is only derived from the repository.
   */
  public boolean isMeantBy(Deployment detected) {
    return declared
        && !detected.declared
        && environment.equals(detected.environment)
        && (isLike(detected) || detected.stage == null || detected.stage.equals(stage));
  }

  /** What is declared here, as the change that began when it was detected. */
  public Deployment inPlaceOf(Deployment detected) {
    return new Deployment(
        detected.key,
        services,
        environment,
        artifact,
        version,
        stage,
        action,
        reason,
        ticket,
        detected.started,
        true);
  }

  /** The names in a list that is separated by commas or line breaks. */
  public static List<String> names(@Nullable String list) {
    return list == null ? List.of() : List.of(SEPARATOR.split(list));
  }
}
