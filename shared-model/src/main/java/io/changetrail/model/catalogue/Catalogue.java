// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;

/**
 * Which names mean the same: {@code checkout} for Prometheus, {@code checkout-svc} for Kubernetes
 * and {@code acme/checkout} for GitHub are one service. Immutable; names are matched without regard
 * to case; a name that it does not know stands for itself.
 */
public final class Catalogue {
  private static final Catalogue EMPTY = new Catalogue(List.of(), Map.of());
  private static final double GOOD_MATCH = 0.8;

  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<String, String> serviceByName = new HashMap<>();
  private final Map<String, String> serviceByRepository = new HashMap<>();
  private final Map<String, Set<String>> environments = new LinkedHashMap<>();
  private final Map<String, String> environmentByName = new HashMap<>();

  /**
   * @param environments canonical name to aliases
   * @throws InvalidCatalogueException if one name stands for two services or environments
   */
  public Catalogue(
      Collection<Service> services, Map<String, ? extends Collection<String>> environments) {
    for (Service service : services) {
      if (this.services.putIfAbsent(service.name(), service) != null) {
        throw new InvalidCatalogueException(
            "service '" + service.name() + "' is declared twice; keep one");
      }
      claim(serviceByName, service.name(), service.name(), "service");
      service.aliases().forEach(alias -> claim(serviceByName, alias, service.name(), "service"));
      service
          .repositories()
          .forEach(url -> serviceByRepository.putIfAbsent(repository(url), service.name()));
    }
    environments.forEach(
        (name, aliases) -> {
          Set<String> all = new LinkedHashSet<>();
          all.add(name);
          all.addAll(aliases);
          this.environments.put(name, all);
          all.forEach(alias -> claim(environmentByName, alias, name, "environment"));
        });
  }

  private static void claim(Map<String, String> owners, String name, String owner, String what) {
    String before = owners.putIfAbsent(key(name), owner);
    if (before != null && !before.equals(owner)) {
      throw new InvalidCatalogueException(
          what
              + " name '"
              + name
              + "' stands for both '"
              + before
              + "' and '"
              + owner
              + "'; remove it from one");
    }
  }

  /** A catalogue that knows nothing: each name stands for itself. */
  public static Catalogue empty() {
    return EMPTY;
  }

  /**
   * Reads a catalogue file.
   *
   * @throws InvalidCatalogueException if it is not in the documented form
   */
  public static Catalogue parse(String yaml) {
    return CatalogueFile.parse(yaml);
  }

  /**
   * This catalogue and another.
   *
   * @throws InvalidCatalogueException if a name stands for different things in the two
   */
  public Catalogue with(Catalogue other) {
    List<Service> all = new ArrayList<>(services.values());
    all.addAll(other.services.values());
    Map<String, Set<String>> names = new LinkedHashMap<>();
    environments.forEach((name, aliases) -> names.put(name, new LinkedHashSet<>(aliases)));
    other.environments.forEach(
        (name, aliases) ->
            names.computeIfAbsent(name, ignored -> new LinkedHashSet<>()).addAll(aliases));
    return new Catalogue(all, names);
  }

  /** This catalogue and the components of a Backstage {@code catalog-info.yaml}. */
  public Catalogue withBackstage(String catalogInfo) {
    List<Service> all = new ArrayList<>(services.values());
    all.addAll(BackstageFile.parse(catalogInfo));
    return new Catalogue(all, environments);
  }

  public Collection<Service> services() {
    return List.copyOf(services.values());
  }

  /** The service that a name, an alias or a repository stands for. */
  public Optional<Service> resolveService(String name) {
    String canonical = serviceByName.get(key(name));
    if (canonical == null) {
      canonical = serviceByRepository.get(repository(name));
    }
    return Optional.ofNullable(canonical).map(services::get);
  }

  /** The canonical name of a service; the name itself if the catalogue does not know it. */
  public String service(String name) {
    return resolveService(name).map(Service::name).orElse(name);
  }

  /** The canonical name of an environment; the name itself if the catalogue does not know it. */
  public String environment(String name) {
    return environmentByName.getOrDefault(key(name), name);
  }

  /** All names under which a service may stand in events, the given one included. */
  public Set<String> serviceNames(String name) {
    Set<String> names = new LinkedHashSet<>();
    names.add(name);
    resolveService(name)
        .ifPresent(
            service -> {
              names.add(service.name());
              names.addAll(service.aliases());
              names.addAll(service.repositories());
            });
    return names;
  }

  /** All names under which an environment may stand in events, the given one included. */
  public Set<String> environmentNames(String name) {
    Set<String> names = new LinkedHashSet<>();
    names.add(name);
    names.addAll(environments.getOrDefault(environment(name), Set.of()));
    return names;
  }

  public boolean knowsEnvironment(String name) {
    return environmentByName.containsKey(key(name));
  }

  public Set<String> environmentNames() {
    return Set.copyOf(environments.keySet());
  }

  /** The names of the services that a team owns. */
  public Set<String> ownedBy(String team) {
    Set<String> owned = new TreeSet<>();
    for (Service service : services.values()) {
      if (team.equals(service.team())) {
        owned.add(service.name());
      }
    }
    return owned;
  }

  /** Canonical names of what a service calls; empty if unknown. */
  public List<String> dependsOn(String name) {
    return resolveService(name)
        .map(service -> service.dependsOn().stream().map(this::service).toList())
        .orElse(List.of());
  }

  /** The known service that an unknown name most resembles, if any does. */
  public Optional<String> suggestService(String name) {
    return suggest(name, serviceByName);
  }

  /** The known environment that an unknown name most resembles, if any does. */
  public Optional<String> suggestEnvironment(String name) {
    return suggest(name, environmentByName);
  }

  private static Optional<String> suggest(String name, Map<String, String> known) {
    JaroWinklerSimilarity similarity = new JaroWinklerSimilarity();
    String last = key(name.substring(name.lastIndexOf('/') + 1));
    return known.entrySet().stream()
        .map(entry -> Map.entry(entry.getValue(), similarity.apply(last, entry.getKey())))
        .filter(entry -> entry.getValue() >= GOOD_MATCH)
        .max(
            Map.Entry.<String, Double>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .map(Map.Entry::getKey);
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** {@code acme/checkout} of {@code https://github.com/acme/checkout.git} and the like. */
  static String repository(String url) {
    String path = key(url).replaceFirst("^[a-z+]+://", "").replaceFirst("^[^/@]*@", "");
    path = path.replace(':', '/').replaceFirst("\\.git/?$", "").replaceFirst("/$", "");
    String[] segments = path.split("/", -1);
    return segments.length < 2
        ? path
        : segments[segments.length - 2] + "/" + segments[segments.length - 1];
  }
}
