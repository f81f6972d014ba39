// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.changetrail.watcher.capture.ClusterWatch.Wanted;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.operation.WatcherConfig.LeaderElection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rights that a configuration needs, and no other: to read the types that are watched, where
 * they are watched, and to hold one Lease.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/rbac/">RBAC</a>
 */
public final class Rbac {
  private static final String API = "rbac.authorization.k8s.io";
  private static final Wanted NAMESPACE = new Wanted("", "v1", "Namespace");
  private static final List<String> CAPTURED = List.of("get", "list", "watch");
  private static final List<String> FOLLOWED = List.of("list", "watch");

  private final ServiceAccount account;
  private final List<ObjectNode> objects = new ArrayList<>();

  /** To whom the rights are given; roles have its name. */
  public record ServiceAccount(String namespace, String name) {}

  /** Tells how the API names a type. */
  @FunctionalInterface
  public interface Types {
    /** Empty if the cluster does not serve it. */
    Optional<ResourceType> find(Wanted wanted) throws IOException;
  }

  private Rbac(ServiceAccount account) {
    this.account = account;
  }

  /**
   * Roles and their bindings.
   *
   * @param types is asked for what the configuration does not tell
   * @throws IOException if the name of a type is known to nobody, with what to do
   */
  public static List<ObjectNode> of(WatcherConfig config, ServiceAccount account, Types types)
      throws IOException {
    Rules everywhere = new Rules();
    Rules inNamespaces = new Rules();
    for (Wanted one : config.wanted()) {
      ResourceType type = type(config, types, one);
      (isEverywhere(config, type) ? everywhere : inNamespaces).add(type, CAPTURED);
    }
    for (Wanted one : config.followed()) {
      if (one.equals(WatcherConfig.HELM_RELEASES)) {
        continue; // Secrets, which are watched then
      }
      ResourceType type = type(config, types, one);
      (isEverywhere(config, type) ? everywhere : inNamespaces).add(type, FOLLOWED);
    }
    if (!config.wanted().contains(NAMESPACE)) {
      if (config.namespaceSelector() != null) {
        everywhere.add(type(config, types, NAMESPACE), FOLLOWED);
      }
      // Its uid stands for the cluster's.
      everywhere.add("", List.of("namespaces"), List.of("kube-system"), List.of("get"));
    }
    Rbac rbac = new Rbac(account);
    rbac.grant(null, account.name(), everywhere);
    if (!inNamespaces.isEmpty()) {
      for (String namespace : new TreeSet<>(config.namespaces())) {
        rbac.grant(namespace, account.name(), inNamespaces);
      }
    }
    LeaderElection election = config.leaderElection();
    if (election != null) {
      String group = "coordination.k8s.io";
      Rules lease = new Rules();
      lease.add(group, List.of("leases"), List.of(election.lease()), List.of("get", "update"));
      // What does not exist yet has no name that a rule could ask for.
      lease.add(group, List.of("leases"), List.of(), List.of("create"));
      rbac.grant(election.namespace(), account.name() + "-leader", lease);
    }
    return List.copyOf(rbac.objects);
  }

  private static boolean isEverywhere(WatcherConfig config, ResourceType type) {
    return config.namespaces().isEmpty() || !type.namespaced();
  }

  private static ResourceType type(WatcherConfig config, Types types, Wanted wanted)
      throws IOException {
    Optional<ResourceType> known = config.type(wanted);
    return known.isPresent()
        ? known.get()
        : types
            .find(wanted)
            .orElseThrow(
                () ->
                    new IOException(
                        "resources: the plural of "
                            + wanted.kind()
                            + " is not known; give `plural: …`, or --kubeconfig of a cluster that"
                            + " serves it"));
  }

  /** The objects as one file of YAML. */
  public static String yaml(List<ObjectNode> objects) throws IOException {
    ObjectMapper yaml =
        new ObjectMapper(
            YAMLFactory.builder().enable(YAMLGenerator.Feature.MINIMIZE_QUOTES).build());
    StringBuilder text = new StringBuilder();
    for (ObjectNode object : objects) {
      text.append(yaml.writeValueAsString(object));
    }
    return text.toString();
  }

  /** In one namespace, or in all. */
  private void grant(@Nullable String namespace, String name, Rules rules) {
    String kind = namespace == null ? "ClusterRole" : "Role";
    ObjectNode role = object(kind, namespace, name);
    role.set("rules", JsonNodeFactory.instance.arrayNode().addAll(rules.json()));
    ObjectNode binding = object(kind + "Binding", namespace, name);
    binding.putObject("roleRef").put("apiGroup", API).put("kind", kind).put("name", name);
    binding
        .putArray("subjects")
        .addObject()
        .put("kind", "ServiceAccount")
        .put("name", account.name())
        .put("namespace", account.namespace());
    objects.add(role);
    objects.add(binding);
  }

  private static ObjectNode object(String kind, @Nullable String namespace, String name) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", API + "/v1").put("kind", kind);
    ObjectNode metadata = object.putObject("metadata").put("name", name);
    if (namespace != null) {
      metadata.put("namespace", namespace);
    }
    return object;
  }

  /** Rules of one role, one for each group and set of verbs. */
  private static final class Rules {
    private record Key(String group, List<String> names, List<String> verbs) {}

    private final Map<Key, List<String>> resources = new LinkedHashMap<>();

    void add(ResourceType type, List<String> verbs) {
      add(type.group(), List.of(type.plural()), List.of(), verbs);
    }

    void add(String group, List<String> plurals, List<String> names, List<String> verbs) {
      resources
          .computeIfAbsent(new Key(group, names, verbs), any -> new ArrayList<>())
          .addAll(plurals);
    }

    boolean isEmpty() {
      return resources.isEmpty();
    }

    List<ObjectNode> json() {
      List<ObjectNode> rules = new ArrayList<>();
      resources.forEach(
          (key, plurals) -> {
            ObjectNode rule = JsonNodeFactory.instance.objectNode();
            rule.putArray("apiGroups").add(key.group());
            plurals.forEach(rule.putArray("resources")::add);
            if (!key.names().isEmpty()) {
              key.names().forEach(rule.putArray("resourceNames")::add);
            }
            key.verbs().forEach(rule.putArray("verbs")::add);
            rules.add(rule);
          });
      return rules;
    }
  }
}
