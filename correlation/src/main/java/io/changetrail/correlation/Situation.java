// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is known of the anomaly before any change is looked at. */
record Situation(
    Anomaly anomaly,
    Onset onset,
    Topology topology,
    Map<String, Topology.Path> paths,
    Signals signals,
    Map<String, Instant> undone,
    Map<String, CohortComparison> cohorts,
    Calibration calibration) {

  /**
   * The situation.
   *
   * @param undone when changes were rolled back, by their id
   */
  static Situation of(
      Anomaly anomaly,
      Onset onset,
      Topology topology,
      Signals signals,
      Map<String, Instant> undone,
      Calibration calibration) {
    return new Situation(
        anomaly,
        onset,
        topology,
        topology.pathsFrom(anomaly.service()),
        signals,
        undone,
        Map.of(),
        calibration);
  }

  /** The same with what a comparison of those that got them with others says of changes. */
  Situation compared(List<CandidateChange> changes) {
    Map<String, CohortComparison> found = new TreeMap<>();
    for (CandidateChange change : changes) {
      CohortComparison.of(change, this).ifPresent(one -> found.put(change.id(), one));
    }
    return new Situation(
        anomaly, onset, topology, paths, signals, undone, Map.copyOf(found), calibration);
  }

  /** When the change was rolled back. */
  Optional<Instant> undone(CandidateChange change) {
    return Optional.ofNullable(undone.get(change.id()));
  }

  /** The path to the nearest of the services that the change touched. */
  Optional<Topology.Path> pathTo(CandidateChange change) {
    return change.services().stream()
        .map(paths::get)
        .filter(path -> path != null)
        .min(Comparator.comparingDouble(Topology.Path::cost));
  }
}
