// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the route of a request. Immutable. */
public final class Router {
  private final List<Route> routes;

  /**
   * A router for these routes.
   *
   * @throws IllegalArgumentException if two routes have the same method and template
   */
  public Router(List<Route> routes) {
    Set<String> seen = new HashSet<>();
    for (Route route : routes) {
      if (!seen.add(route.toString())) {
        throw new IllegalArgumentException("two routes for " + route);
      }
    }
    // Fixed segments before variables: /v1/events/count is not an event of the id "count".
    this.routes =
        routes.stream()
            .sorted(
                Comparator.comparing((Route route) -> route.template().replace('{', '\uffff'))
                    .thenComparing(Route::method))
            .toList();
  }

  /** All routes, in order of template and method. */
  public List<Route> routes() {
    return routes;
  }

  /** A route and the values of its variable segments. */
  record Match(Route route, Map<String, String> parameters) {}

  /**
   * The route of a request.
   *
   * @param path still percent-encoded
   * @throws ProblemException 404 with the nearest path, or 405 with the methods allowed
   */
  Match match(String method, String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : split(path)) {
      segments.add(Parameters.decode("path", segment, false));
    }
    Set<String> allowed = new TreeSet<>();
    for (Route route : routes) {
      Optional<Map<String, String>> parameters = fit(route.segments(), segments);
      if (parameters.isPresent()) {
        if (route.method().equals(method)
            || (method.equals("HEAD") && route.method().equals("GET"))) {
          return new Match(route, parameters.get());
        }
        allowed.add(route.method());
      }
    }
    if (allowed.isEmpty()) {
      throw noSuchPath(path).asException();
    }
    throw Problem.of(
            405,
            "method-not-allowed",
            "Method not allowed",
            "this path answers to " + String.join(", ", allowed))
        .header("Allow", String.join(", ", allowed))
        .asException();
  }

  private Problem noSuchPath(String path) {
    List<String> templates = routes.stream().map(Route::template).distinct().toList();
    Problem problem = Problem.notFound("there is no such path");
    return Names.nearest(path, templates)
        .map(
            nearest ->
                Problem.notFound("there is no such path; the nearest is " + nearest)
                    .with("nearest", TextNode.valueOf(nearest)))
        .orElse(problem);
  }

  private static Optional<Map<String, String>> fit(List<String> template, List<String> segments) {
    if (template.size() != segments.size()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < template.size(); i++) {
      String wanted = template.get(i);
      String given = segments.get(i);
      if (wanted.startsWith("{") && !given.isEmpty()) {
        parameters.put(wanted.substring(1, wanted.length() - 1), given);
      } else if (!wanted.equals(given)) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }

  static List<String> split(String path) {
    return List.of(path.substring(1).split("/", -1));
  }
}
