// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** What is known of the anomaly before any change is looked at. */
record Situation(
    Anomaly anomaly,
    Onset onset,
    Topology topology,
    Map<String, Topology.Path> paths,
    Signals signals) {

  static Situation of(Anomaly anomaly, Onset onset, Topology topology, Signals signals) {
    return new Situation(anomaly, onset, topology, topology.pathsFrom(anomaly.service()), signals);
  }

  /** The path to the nearest of the services that the change touched. */
  Optional<Topology.Path> pathTo(CandidateChange change) {
    return change.services().stream()
        .map(paths::get)
        .filter(path -> path != null)
        .min(Comparator.comparingDouble(Topology.Path::cost));
  }
}
