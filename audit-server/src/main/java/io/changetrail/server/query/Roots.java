// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Provenance;
import io.changetrail.model.catalogue.Catalogue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which commit, build and artifact one change of an environment comes from: what it says itself,
 * else what the nearest event of its chain says. What another service's change says does not count,
 * as one build may release many.
 */
final class Roots {
  /** Each link: how the answer names its values, how a complaint does, and where events have it. */
  private enum Link {
    REVISION("revisions", "commit: no event of the chain names a revision"),
    BUILD("buildUrls", "build: no event of the chain names the URL of a build"),
    DIGEST("digests", "artifact: no event of the chain names a digest");

    private final String json;
    private final String missing;

    Link(String json, String missing) {
      this.json = json;
      this.missing = missing;
    }

    Stream<String> of(AuditEvent event) {
      Provenance provenance = event.provenance();
      return switch (this) {
        case REVISION -> provenance.commit().map(Provenance.Vcs::revision).stream();
        case BUILD -> provenance.run().map(Provenance.Build::url).stream();
        case DIGEST ->
            provenance.artifacts().stream()
                .map(Provenance.Artifact::digest)
                .filter(Objects::nonNull);
      };
    }
  }

  /** Of each link the values, each with the event that names it. */
  private final Map<Link, Map<String, String>> values = new LinkedHashMap<>();

  private final List<String> missing = new ArrayList<>();

  private Roots() {}

  static Roots of(Lineage.Step change, Collection<Lineage.Step> chain, Catalogue catalogue) {
    Set<String> services = services(change, catalogue);
    List<Lineage.Step> ofTheSame = new ArrayList<>();
    List<Lineage.Step> ofOthers = new ArrayList<>();
    for (Lineage.Step step : chain) {
      if (step.distance() == 0 || !Collections.disjoint(services(step, catalogue), services)) {
        ofTheSame.add(step);
      } else if (!step.event().event().change().kind().altersAnEnvironment()) {
        ofOthers.add(step);
      }
    }
    Roots roots = new Roots();
    for (Link link : Link.values()) {
      int nearest = nearest(link, Stream.concat(ofTheSame.stream(), ofOthers.stream()));
      Map<String, String> found = values(link, ofTheSame, nearest);
      roots.put(link, found.isEmpty() ? values(link, ofOthers, nearest) : found, nearest);
    }
    return roots;
  }

  private static int nearest(Link link, Stream<Lineage.Step> steps) {
    return steps
        .filter(step -> link.of(step.event().event()).findAny().isPresent())
        .mapToInt(Lineage.Step::distance)
        .min()
        .orElse(-1);
  }

  private static Map<String, String> values(Link link, List<Lineage.Step> steps, int distance) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Lineage.Step step : steps) {
      if (step.distance() == distance) {
        link.of(step.event().event())
            .forEach(value -> values.putIfAbsent(value, step.event().eventId()));
      }
    }
    return values;
  }

  private void put(Link link, Map<String, String> found, int distance) {
    values.put(link, found);
    if (found.isEmpty()) {
      missing.add(link.missing);
    } else if (distance > 0 && Set.copyOf(found.values()).size() > 1 && found.size() > 1) {
      missing.add(
          link.missing.substring(0, link.missing.indexOf(':'))
              + ": the chain names "
              + found.size()
              + ", and does not tell which");
    }
  }

  private static Set<String> services(Lineage.Step step, Catalogue catalogue) {
    return step.event().event().targets().stream()
        .map(catalogue::service)
        .flatMap(Optional::stream)
        .collect(Collectors.toSet());
  }

  /** What is not known, or not for sure, for people. */
  List<String> missing() {
    return missing;
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    values.forEach(
        (link, found) -> {
          ArrayNode list = json.putArray(link.json);
          found.forEach((value, event) -> list.addObject().put("value", value).put("event", event));
        });
    return json;
  }
}
