// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of several checkouts a run is about: pipelines check out their libraries too. */
public final class Checkouts {
  private Checkouts() {}

  /**
   * Those that the plugins keep, and of those that variables tell of the ones that none keeps.
   *
   * @param kept with more than variables tell
   */
  public static List<Checkout> and(List<Checkout> kept, List<Checkout> told) {
    List<Checkout> all = new ArrayList<>(kept);
    for (Checkout each : told) {
      boolean known =
          kept.stream().map(Checkout::revision).anyMatch(it -> same(it, each.revision()));
      if (!known) {
        all.add(each);
      }
    }
    return all;
  }

  private static boolean same(@Nullable String one, @Nullable String other) {
    return one != null && one.equalsIgnoreCase(other);
  }

  /**
   * The same with the main one first: that of the revision which the run was started for, else the
   * first, which is that of the Pipeline's own script. Never by what brought commits: then a run
   * with another library would seem to deploy the library. Equal ones are one.
   *
   * @param revision that the run was started for; {@code null} where that is not known
   */
  public static List<Checkout> mainFirst(List<Checkout> checkouts, @Nullable String revision) {
    Comparator<Checkout> started =
        Comparator.comparing(
            each ->
                revision == null || each.revision() == null || !revision.contains(each.revision()));
    return checkouts.stream().distinct().sorted(started).toList();
  }
}
