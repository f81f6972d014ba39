// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation.evaluation;

import io.changetrail.correlation.Anomaly;
import io.changetrail.correlation.CandidateChange;
import io.changetrail.correlation.Series;
import io.changetrail.correlation.Topology;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A recorded incident, with all that was known when its alert fired and nothing of what came after.
 *
 * @param id shown, never judged
 * @param candidates the changes on record up to the alert
 * @param series their samples up to the alert
 */
public record Incident(
    String id,
    Anomaly anomaly,
    List<CandidateChange> candidates,
    Topology topology,
    List<Series> series,
    Truth truth) {

  /**
   * What really happened. Nothing that ranks may see it.
   *
   * @param culprit id of the change that caused the incident; null where none on record did
   * @param visible whether any series near the cause deviates
   * @param group incidents of the same system and sort of fault, which are left out together where
   *     numbers are chosen on the others
   */
  public record Truth(@Nullable String culprit, boolean visible, String group) {
    public Optional<String> culpritId() {
      return Optional.ofNullable(culprit);
    }
  }

  public Incident {
    candidates = List.copyOf(candidates);
    series = List.copyOf(series);
  }
}
