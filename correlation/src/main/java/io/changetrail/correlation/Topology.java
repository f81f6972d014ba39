// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who calls whom. May have cycles and may be incomplete: a service it does not name is simply
 * unknown to it.
 */
public final class Topology {
  /**
   * One service calls another.
   *
   * @param weight how much of the caller's work depends on the callee, in (0,1]; 1 where unknown
   */
  public record Edge(String caller, String callee, double weight) {
    public Edge {
      if (!(weight > 0 && weight <= 1)) {
        throw new IllegalArgumentException(
            "topology.weight: must be in (0,1], is " + weight + " for " + caller + "→" + callee);
      }
    }

    public Edge(String caller, String callee) {
      this(caller, callee, 1);
    }
  }

  /**
   * The shortest way from the service that shows the anomaly to another one.
   *
   * @param services both ends included
   * @param towardsCallees true where each step goes from a caller to a callee: the direction in
   *     which faults come from
   * @param cost sum over the steps; a step to a callee costs 1 (more where the edge is weak), a
   *     step to a caller {@value #AGAINST_CALLS} times that
   */
  public record Path(List<String> services, boolean towardsCallees, double cost) {
    public Path {
      services = List.copyOf(services);
    }

    public int hops() {
      return services.size() - 1;
    }

    @Override
    public String toString() {
      return String.join(towardsCallees ? " → " : " – ", services);
    }
  }

  /** A callee breaks its callers as a rule; a caller breaks its callees by load, which is rarer. */
  static final double AGAINST_CALLS = 2;

  private final Map<String, Map<String, Double>> callees = new TreeMap<>();
  private final Map<String, Map<String, Double>> callers = new TreeMap<>();

  /** A topology of these edges; of several between the same two services the heaviest counts. */
  public Topology(Collection<Edge> edges) {
    for (Edge edge : edges) {
      link(callees, edge.caller(), edge.callee(), edge.weight());
      link(callers, edge.callee(), edge.caller(), edge.weight());
    }
  }

  public static Topology unknown() {
    return new Topology(List.of());
  }

  private static void link(
      Map<String, Map<String, Double>> links, String from, String to, double weight) {
    links.computeIfAbsent(from, any -> new TreeMap<>()).merge(to, weight, Math::max);
  }

  public boolean knows(String service) {
    return callees.containsKey(service) || callers.containsKey(service);
  }

  public Set<String> services() {
    Set<String> all = new TreeSet<>(callees.keySet());
    all.addAll(callers.keySet());
    return all;
  }

  public Set<String> calleesOf(String service) {
    return Set.copyOf(callees.getOrDefault(service, Map.of()).keySet());
  }

  public Set<String> callersOf(String service) {
    return Set.copyOf(callers.getOrDefault(service, Map.of()).keySet());
  }

  /**
   * The cheapest path between the two in either direction of calls; empty if nothing joins them.
   */
  public Optional<Path> path(String from, String to) {
    return Optional.ofNullable(pathsFrom(from).get(to));
  }

  /** The cheapest path from a service to each service that calls join to it, itself included. */
  public Map<String, Path> pathsFrom(String from) {
    Map<String, Double> cost = new HashMap<>();
    Map<String, String> before = new HashMap<>();
    PriorityQueue<Map.Entry<String, Double>> open =
        new PriorityQueue<>(
            Comparator.<Map.Entry<String, Double>>comparingDouble(Map.Entry::getValue)
                .thenComparing(Map.Entry::getKey));
    cost.put(from, 0.0);
    open.add(Map.entry(from, 0.0));
    Map<String, Path> paths = new LinkedHashMap<>();
    while (!open.isEmpty()) {
      Map.Entry<String, Double> next = open.remove();
      String service = next.getKey();
      if (paths.containsKey(service)) {
        continue;
      }
      paths.put(service, trace(service, next.getValue(), before));
      relax(service, callees, 1, cost, before, open);
      relax(service, callers, AGAINST_CALLS, cost, before, open);
    }
    return paths;
  }

  private static void relax(
      String service,
      Map<String, Map<String, Double>> links,
      double step,
      Map<String, Double> cost,
      Map<String, String> before,
      PriorityQueue<Map.Entry<String, Double>> open) {
    links
        .getOrDefault(service, Map.of())
        .forEach(
            (to, weight) -> {
              double reached = cost.getOrDefault(service, 0.0) + step * (2 - weight);
              if (reached < cost.getOrDefault(to, Double.POSITIVE_INFINITY)) {
                cost.put(to, reached);
                before.put(to, service);
                open.add(Map.entry(to, reached));
              }
            });
  }

  private Path trace(String to, double cost, Map<String, String> before) {
    ArrayDeque<String> services = new ArrayDeque<>();
    boolean towardsCallees = true;
    services.push(to);
    for (String at = to; before.containsKey(at); at = services.getFirst()) {
      String caller = before.get(at);
      towardsCallees &= callees.getOrDefault(caller, Map.of()).containsKey(at);
      services.push(caller);
    }
    return new Path(new ArrayList<>(services), towardsCallees, cost);
  }
}
