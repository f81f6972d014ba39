// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation.evaluation;

import io.changetrail.correlation.CandidateChange;
import io.changetrail.correlation.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.hipparchus.stat.descriptive.rank.Median;

/** Simple rules, each as people apply it by hand. What the engine is worth is what it adds. */
enum Baseline {
  /** The later the likelier. */
  LATEST_CHANGE("latest change") {
    @Override
    Ranking rank(Incident incident) {
      return Ranking.of(ids(latestFirst(incident.candidates())));
    }
  },
  /** The later the likelier, on the alerting service only. */
  LATEST_ON_ALERTING_SERVICE("latest on the alerting service") {
    @Override
    Ranking rank(Incident incident) {
      return Ranking.of(ids(latestOn(incident, incident.anomaly().service())));
    }
  },
  /** The list that chat bots post: the last three of a day, none before the others. */
  LAST_THREE("last three of 24 h") {
    @Override
    Ranking rank(Incident incident) {
      Instant since = incident.anomaly().detectedAt().minusSeconds(86_400);
      return new Ranking(
          List.of(
              latestFirst(incident.candidates()).stream()
                  .filter(change -> !change.exposure().start().isBefore(since))
                  .limit(3)
                  .map(CandidateChange::id)
                  .collect(Collectors.toSet())));
    }
  },
  /** Services by how far any of their series is off, and then the latest change of each. */
  ROBUST_Z("robust z of services") {
    @Override
    Ranking rank(Incident incident) {
      Set<String> ids = new LinkedHashSet<>();
      for (String service : byRobustZ(incident)) {
        latestOn(incident, service).stream().limit(1).map(CandidateChange::id).forEach(ids::add);
      }
      return Ranking.of(List.copyOf(ids));
    }
  },
  RANDOM("random") {
    @Override
    Ranking rank(Incident incident) {
      return new Ranking(List.of(Set.copyOf(ids(incident.candidates()))));
    }
  };

  /** How much of the record before the alert the robust z looks for deviations in. */
  private static final long RECENT_MILLIS = 5 * 60_000;

  private final String label;

  Baseline(String label) {
    this.label = label;
  }

  /** What it is called in tables and JSON. */
  String label() {
    return label;
  }

  abstract Ranking rank(Incident incident);

  private static List<String> ids(List<CandidateChange> changes) {
    return changes.stream().map(CandidateChange::id).toList();
  }

  private static List<CandidateChange> latestFirst(List<CandidateChange> changes) {
    return changes.stream()
        .sorted(
            Comparator.comparing((CandidateChange change) -> change.exposure().start())
                .reversed()
                .thenComparing(CandidateChange::id))
        .toList();
  }

  private static List<CandidateChange> latestOn(Incident incident, String service) {
    return latestFirst(incident.candidates()).stream()
        .filter(change -> change.services().contains(service))
        .toList();
  }

  private static List<String> byRobustZ(Incident incident) {
    long recent = incident.anomaly().detectedAt().toEpochMilli() - RECENT_MILLIS;
    Map<String, Double> largest = new TreeMap<>();
    for (Series series : incident.series()) {
      largest.merge(series.service(), robustZ(series, recent), Math::max);
    }
    List<String> services = new ArrayList<>(largest.keySet());
    services.sort(Comparator.comparing(service -> -largest.getOrDefault(service, 0.0)));
    return services;
  }

  /** The largest distance of a recent sample from the median of the earlier ones, in MADs. */
  private static double robustZ(Series series, long recent) {
    int split = series.indexAt(Instant.ofEpochMilli(recent));
    if (split < 3 || split == series.size()) {
      return 0;
    }
    double[] before = new double[split];
    Arrays.setAll(before, series::value);
    double median = new Median().evaluate(before);
    double[] distances = Arrays.stream(before).map(value -> Math.abs(value - median)).toArray();
    double scale = Math.max(1.4826 * new Median().evaluate(distances), 1e-2 * Math.abs(median));
    double largest = 0;
    for (int i = split; i < series.size(); i++) {
      largest = Math.max(largest, Math.abs(series.value(i) - median) / Math.max(scale, 1e-9));
    }
    return largest;
  }
}
