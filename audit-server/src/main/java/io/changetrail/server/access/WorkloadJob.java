// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A job of GitHub Actions.
 *
 * @param claims of its token, which was found good
 */
record WorkloadJob(JWTClaimsSet claims) {

  private @Nullable String claim(String name) {
    Object value = claims.getClaim(name);
    return value == null || value.toString().isBlank() ? null : value.toString();
  }

  /** {@code owner/name}, as it is called today. */
  String repository() {
    return String.valueOf(claim("repository"));
  }

  /** The environment that it was let into; {@code null} if it has none. */
  @Nullable String environment() {
    return claim("environment");
  }

  /** The account whose deed began its run. */
  @Nullable String actor() {
    return claim("actor");
  }

  /** Whether an event's id says that it is of the same run. */
  boolean isOfItsRun(String eventId) {
    String run = claim("run_id");
    return run != null
        && Pattern.compile("(?<![0-9])" + Pattern.quote(run) + "(?![0-9])").matcher(eventId).find();
  }

  boolean isFor(Workloads binding) {
    return claims.getAudience().contains(binding.audience());
  }

  /** Whether it is one of the jobs that a binding means. */
  boolean isAmong(Workloads binding) {
    return isFor(binding)
        && has("repository_owner_id", binding.owners())
        && (binding.repositories().isEmpty() || has("repository_id", binding.repositories()))
        && matches("ref", binding.refs())
        && matches("environment", binding.environments())
        && matches("job_workflow_ref", binding.workflows());
  }

  private boolean has(String name, Set<String> ids) {
    String id = claim(name);
    return id != null && ids.contains(id);
  }

  private boolean matches(String name, List<String> patterns) {
    String value = claim(name);
    return patterns.isEmpty()
        || (value != null && patterns.stream().anyMatch(pattern -> Token.matches(pattern, value)));
  }

  @Override
  public String toString() {
    return "repository "
        + claim("repository_id")
        + " ("
        + repository()
        + ") of owner "
        + claim("repository_owner_id");
  }
}
