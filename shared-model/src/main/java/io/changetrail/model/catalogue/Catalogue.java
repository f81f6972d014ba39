// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

import io.changetrail.model.Target;
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
import java.util.regex.Pattern;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;
import org.jspecify.annotations.Nullable;

/**
 * Which names mean the same: {@code checkout} for Prometheus, {@code checkout-svc} for Kubernetes
 * and {@code acme/checkout} for GitHub are one service. Immutable; a name that it does not know
 * stands for itself. What people type is resolved without regard to case.
 *
 * <p>Names, aliases and workload selectors are of one service only. A repository or a flag project
 * may be of several: it then stands for itself, and what happens in it reaches each of them.
 */
public final class Catalogue {
  private static final Catalogue EMPTY = new Catalogue(List.of(), Map.of());
  private static final double GOOD_MATCH = 0.8;

  /** What may stand before the host of a repository. */
  private static final Pattern SCHEME_AND_USER = Pattern.compile("^(?:[a-zA-Z+]+://)?(?:[^/@]*@)?");

  private static final Pattern ENDING = Pattern.compile("/?\\.git/?$|/$");

  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<String, String> serviceByName = new HashMap<>();
  private final Map<String, Set<String>> servicesByRepository = new HashMap<>();
  private final Map<String, Set<String>> servicesByFlagProject = new HashMap<>();
  private final Map<WorkloadSelector, String> serviceByWorkload = new LinkedHashMap<>();
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
          .forEach(url -> share(servicesByRepository, key(repository(url)), service.name()));
      service
          .flagProjects()
          .forEach(project -> share(servicesByFlagProject, key(project), service.name()));
      service.workloads().forEach(workload -> claim(workload, service.name()));
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

  private static void share(Map<String, Set<String>> owners, String name, String owner) {
    owners.computeIfAbsent(name, ignored -> new LinkedHashSet<>()).add(owner);
  }

  private void claim(WorkloadSelector workload, String owner) {
    serviceByWorkload.forEach(
        (other, before) -> {
          if (!before.equals(owner) && other.overlaps(workload)) {
            throw new InvalidCatalogueException(
                "a workload can be both '"
                    + other
                    + "' of service '"
                    + before
                    + "' and '"
                    + workload
                    + "' of '"
                    + owner
                    + "'; narrow one of them");
          }
        });
    serviceByWorkload.put(workload, owner);
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

  /**
   * This catalogue with names beside it.
   *
   * @throws InvalidCatalogueException if one of them stands for something else already
   */
  public Catalogue with(Collection<Alias> aliases) {
    Map<String, Service> all = new LinkedHashMap<>(services);
    Map<String, Set<String>> names = new LinkedHashMap<>();
    environments.forEach((name, known) -> names.put(name, new LinkedHashSet<>(known)));
    for (Alias alias : aliases) {
      boolean ofService = alias.kind() == Alias.Kind.SERVICE;
      Map<String, String> byName = ofService ? serviceByName : environmentByName;
      String canonical = byName.getOrDefault(key(alias.of()), alias.of());
      String now = ofService ? service(alias.name()) : environment(alias.name());
      boolean known = ofService ? knowsService(alias.name()) : knowsEnvironment(alias.name());
      if (known && !now.equals(canonical)) {
        throw new InvalidCatalogueException(
            (ofService ? "service name '" : "environment name '")
                + alias.name()
                + "' is known already"
                + (now.equals(alias.name()) ? "" : ", and stands for '" + now + "'"));
      }
      if (ofService) {
        all.put(
            canonical,
            all.getOrDefault(canonical, Service.named(canonical)).withAlias(alias.name()));
      } else {
        names.computeIfAbsent(canonical, ignored -> new LinkedHashSet<>()).add(alias.name());
      }
    }
    return new Catalogue(all.values(), names);
  }

  public Collection<Service> services() {
    return List.copyOf(services.values());
  }

  /** The one service that a name, an alias, a repository or a flag project stands for. */
  public Optional<Service> resolveService(String name) {
    String canonical = serviceByName.get(key(name));
    if (canonical == null) {
      canonical = only(sharing(name));
    }
    return Optional.ofNullable(canonical).map(services::get);
  }

  private Set<String> sharing(String name) {
    Set<String> all = new LinkedHashSet<>();
    if (!servicesByRepository.isEmpty()) {
      all.addAll(servicesByRepository.getOrDefault(key(repository(name)), Set.of()));
    }
    all.addAll(servicesByFlagProject.getOrDefault(key(name), Set.of()));
    return all;
  }

  private static @Nullable String only(Set<String> names) {
    return names.size() == 1 ? names.iterator().next() : null;
  }

  /** The canonical name of a service; the name itself if the catalogue does not know it. */
  public String service(String name) {
    return resolveService(name).map(Service::name).orElse(name);
  }

  /**
   * The canonical name of a target's service: the one whose workload it is, else by its name. Empty
   * if it names no service and is nobody's workload.
   */
  public Optional<String> service(Target target) {
    return workloadOf(target).or(() -> target.serviceName().map(this::service));
  }

  /** All services that a change of the target reaches, by their canonical names. */
  public Set<String> services(Target target) {
    Set<String> reached = new LinkedHashSet<>();
    workloadOf(target).ifPresent(reached::add);
    target
        .serviceName()
        .ifPresent(
            name -> {
              Optional.ofNullable(serviceByName.get(key(name))).ifPresent(reached::add);
              reached.addAll(sharing(name));
              if (reached.isEmpty()) {
                reached.add(name);
              }
            });
    return reached;
  }

  private Optional<String> workloadOf(Target target) {
    if (serviceByWorkload.isEmpty()) {
      return Optional.empty(); // as in most catalogues, and this is asked of every target
    }
    return serviceByWorkload.entrySet().stream()
        .filter(workload -> workload.getKey().matches(target))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** The selectors of all services. */
  public Set<WorkloadSelector> workloads() {
    return Set.copyOf(serviceByWorkload.keySet());
  }

  /** The canonical name of an environment; the name itself if the catalogue does not know it. */
  public String environment(String name) {
    return environmentByName.getOrDefault(key(name), name);
  }

  /**
   * All names under which a service may stand in events, the given one included, and its workloads
   * as {@linkplain WorkloadSelector#term() terms}.
   */
  public Set<String> serviceNames(String name) {
    Set<String> names = new LinkedHashSet<>();
    names.add(name);
    resolveService(name).ifPresent(service -> names.addAll(namesOf(service)));
    return names;
  }

  private static Set<String> namesOf(Service service) {
    Set<String> names = new LinkedHashSet<>();
    names.add(service.name());
    names.addAll(service.aliases());
    for (String url : service.repositories()) {
      names.add(url);
      names.add(repository(url));
    }
    names.addAll(service.flagProjects());
    service.workloads().forEach(workload -> names.add(workload.term()));
    return names;
  }

  /** Whether what happens to a service of this very name is found under some service. */
  public boolean knowsService(String name) {
    return services.values().stream().anyMatch(service -> namesOf(service).contains(name));
  }

  /** All names under which an environment may stand in events, the given one included. */
  public Set<String> environmentNames(String name) {
    Set<String> names = new LinkedHashSet<>();
    names.add(name);
    names.addAll(environments.getOrDefault(environment(name), Set.of()));
    return names;
  }

  /** Whether what happens in an environment of this very name is found under some environment. */
  public boolean knowsEnvironment(String name) {
    return environments.values().stream().anyMatch(names -> names.contains(name));
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
    String path = ENDING.matcher(SCHEME_AND_USER.matcher(url).replaceFirst("")).replaceFirst("");
    path = path.replace(':', '/');
    String[] segments = path.split("/", -1);
    return segments.length < 2
        ? path
        : segments[segments.length - 2] + "/" + segments[segments.length - 1];
  }
}
