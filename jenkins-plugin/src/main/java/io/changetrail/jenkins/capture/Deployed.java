// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was deployed before.
 *
 * @param repository as {@link RepositoryUrl} writes it; {@code null} where that is not known
 */
public record Deployed(@Nullable String repository, String revision) {

  /** What a run that has these checkouts deploys; nothing if that is not known. */
  public static Optional<Deployed> by(List<Checkout> checkouts) {
    if (checkouts.isEmpty() || checkouts.get(0).revision() == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Deployed(repository(checkouts.get(0)), String.valueOf(checkouts.get(0).revision())));
  }

  /**
   * The checkouts with the range of the first from what was deployed before. Revisions of two
   * repositories make no range: then it has none.
   */
  public static List<Checkout> since(List<Checkout> checkouts, Optional<Deployed> before) {
    if (checkouts.isEmpty()) {
      return checkouts;
    }
    String repository = repository(checkouts.get(0));
    String base =
        before
            .filter(each -> repository != null && repository.equals(each.repository()))
            .map(Deployed::revision)
            .orElse(null);
    List<Checkout> since = new ArrayList<>(checkouts);
    since.set(0, checkouts.get(0).since(base));
    return since;
  }

  private static @Nullable String repository(Checkout checkout) {
    return RepositoryUrl.parse(checkout.repository()).map(RepositoryUrl::toString).orElse(null);
  }
}
