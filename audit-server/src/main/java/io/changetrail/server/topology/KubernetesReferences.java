// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.topology;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who is told to call whom in a cluster: a workload whose settings (environment variables,
 * arguments, ConfigMaps that it uses) hold the address of a Service calls what that Service
 * selects; so does one that holds a host which an Ingress, HTTPRoute or VirtualService leads to
 * that Service, and one whose pods a NetworkPolicy names as those that may come in. Objects may
 * come in any order, and any may be missing: that gives no edge.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/">
 *     Kubernetes, DNS for Services and Pods</a>
 */
final class KubernetesReferences {
  /** Where the name of a service stands, as the watcher reads it too. */
  private static final String NAME_ANNOTATION = "resource.opentelemetry.io/service.name";

  private static final List<String> NAME_LABELS =
      List.of("app.kubernetes.io/name", "k8s-app", "app");

  private static final Set<String> WORKLOADS =
      Set.of(
          "Deployment",
          "StatefulSet",
          "DaemonSet",
          "ReplicaSet",
          "Job",
          "CronJob",
          "Rollout",
          "Pod");

  private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

  /** A host with what stands around it; scheme or port make a bare word an address. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?<![A-Za-z0-9+._-])(?<scheme>[a-z][a-z0-9+.-]{0,30}://(?:[^/@\\s]{0,200}@)?)?(?<host>"
              + LABEL
              + "(?:\\."
              + LABEL
              + "){0,9})(?<port>:\\d{1,5})?(?![A-Za-z0-9._-])");

  /** Variables whose whole value is a host as a rule. */
  private static final Pattern OF_A_HOST =
      Pattern.compile(".*(?:HOST|HOSTNAME|ADDR|ADDRESS|URL|URI|SERVER|SERVICE|ENDPOINT)S?$");

  private static final int MAX_TEXT = 64 << 10;

  private record Name(String namespace, String name) {}

  /**
   * What calls.
   *
   * @param labels of its pods
   * @param hosts that its own settings hold
   * @param settings the ConfigMaps that it uses, each with the key that it uses, or null for all
   */
  private record Workload(
      String service,
      String namespace,
      JsonNode labels,
      Set<String> hosts,
      List<Map.Entry<String, String>> settings) {}

  /** A Service, with what it is called where no workload is known that it selects. */
  private record Front(String service, JsonNode selector) {}

  private final Map<Name, Front> fronts = new HashMap<>();

  /** The Services that a host leads to. */
  private final Map<String, Set<Name>> routes = new HashMap<>();

  private final List<Admission> admissions = new ArrayList<>();

  /**
   * Which pods may come to which.
   *
   * @param from the labels of pods of each peer, by its namespace
   */
  private record Admission(String namespace, JsonNode to, List<Map.Entry<String, JsonNode>> from) {}

  /** Hosts by key. */
  private final Map<Name, Map<String, Set<String>>> configMaps = new HashMap<>();

  private final List<Workload> workloads = new ArrayList<>();

  /** A label that pods of a namespace have. */
  private record Label(String namespace, String name, JsonNode value) {}

  /** Workloads by the labels of their pods: a cluster has thousands, and as many selectors. */
  private final Map<Label, List<Workload>> labelled = new HashMap<>();

  /** What is selected, by namespace and selector: each is looked for once. */
  private final Map<Map.Entry<String, JsonNode>, Set<String>> selections = new HashMap<>();

  /** A caller and a callee, both by the name of the service. */
  record Reference(String caller, String callee) {}

  /** Whether a document is a Kubernetes object, or a list of them. */
  static boolean isObject(JsonNode document) {
    return document.path("apiVersion").isTextual() && document.path("kind").isTextual();
  }

  /**
   * Takes an object, or a list of them; what has no part in calls is passed over.
   *
   * @param service that the object is known to be of; {@code null} if it says so itself
   */
  void add(JsonNode object, @Nullable String service) {
    if (object.path("items").isArray()) {
      object.path("items").forEach(item -> add(item, null));
      return;
    }
    String kind = object.path("kind").asText();
    JsonNode metadata = object.path("metadata");
    Name name =
        new Name(metadata.path("namespace").asText("default"), metadata.path("name").asText());
    if (kind.equals("Service")) {
      fronts.put(
          name,
          new Front(
              service != null ? service : service(object, object, name.name),
              object.at("/spec/selector")));
    } else if (kind.equals("ConfigMap")) {
      Map<String, Set<String>> hosts = new HashMap<>();
      object
          .path("data")
          .properties()
          .forEach(
              entry -> {
                Set<String> found = hosts(entry.getKey(), entry.getValue().asText());
                if (!found.isEmpty()) {
                  hosts.put(entry.getKey(), found);
                }
              });
      configMaps.put(name, hosts);
    } else if (kind.equals("Ingress")) {
      for (JsonNode rule : object.at("/spec/rules")) {
        for (JsonNode path : rule.at("/http/paths")) {
          route(rule.path("host"), name.namespace, path.at("/backend/service/name").asText(""));
        }
      }
    } else if (kind.equals("HTTPRoute")) {
      for (JsonNode host : object.at("/spec/hostnames")) {
        for (JsonNode rule : object.at("/spec/rules")) {
          for (JsonNode backend : rule.path("backendRefs")) {
            route(
                host,
                backend.path("namespace").asText(name.namespace),
                backend.path("name").asText(""));
          }
        }
      }
    } else if (kind.equals("VirtualService")) {
      for (JsonNode host : object.at("/spec/hosts")) {
        for (String protocol : List.of("http", "tcp", "tls")) {
          for (JsonNode rule : object.path("spec").path(protocol)) {
            for (JsonNode way : rule.path("route")) {
              String[] to = way.at("/destination/host").asText("").split("\\.", -1);
              route(host, to.length > 1 ? to[1] : name.namespace, to[0]);
            }
          }
        }
      }
    } else if (kind.equals("NetworkPolicy")) {
      admissions.add(admission(name.namespace, object.path("spec")));
    } else if (WORKLOADS.contains(kind) && metadata.path("ownerReferences").isEmpty()) {
      JsonNode template =
          kind.equals("CronJob")
              ? object.at("/spec/jobTemplate/spec/template")
              : kind.equals("Pod") ? object : object.at("/spec/template");
      add(
          workload(
              service != null ? service : service(object, template, name.name),
              name.namespace,
              template));
    }
  }

  private void add(Workload workload) {
    workloads.add(workload);
    for (Map.Entry<String, JsonNode> label : workload.labels.properties()) {
      labelled
          .computeIfAbsent(
              new Label(workload.namespace, label.getKey(), label.getValue()),
              any -> new ArrayList<>())
          .add(workload);
    }
  }

  private void route(JsonNode host, String namespace, String service) {
    if (host.isTextual() && !service.isEmpty()) {
      routes
          .computeIfAbsent(host.textValue(), any -> new LinkedHashSet<>())
          .add(new Name(namespace, service));
    }
  }

  /** Only peers that are named by their labels: whoever may come from anywhere calls nobody yet. */
  private static Admission admission(String namespace, JsonNode spec) {
    List<Map.Entry<String, JsonNode>> from = new ArrayList<>();
    for (JsonNode rule : spec.path("ingress")) {
      for (JsonNode peer : rule.path("from")) {
        JsonNode labels = peer.at("/podSelector/matchLabels");
        JsonNode elsewhere = peer.path("namespaceSelector");
        String there =
            elsewhere.isMissingNode()
                ? namespace
                : elsewhere.path("matchLabels").path("kubernetes.io/metadata.name").asText("");
        if (!labels.isEmpty() && !there.isEmpty()) {
          from.add(Map.entry(there, labels));
        }
      }
    }
    return new Admission(namespace, spec.at("/podSelector/matchLabels"), from);
  }

  private static String service(JsonNode object, JsonNode template, String otherwise) {
    for (JsonNode place : List.of(object, template)) {
      String annotated = place.at("/metadata/annotations").path(NAME_ANNOTATION).asText();
      if (!annotated.isBlank()) {
        return annotated;
      }
      for (String label : NAME_LABELS) {
        String named = place.at("/metadata/labels").path(label).asText();
        if (!named.isBlank()) {
          return named;
        }
      }
    }
    return otherwise;
  }

  private static Workload workload(String service, String namespace, JsonNode template) {
    Set<String> hosts = new LinkedHashSet<>();
    List<Map.Entry<String, String>> settings = new ArrayList<>();
    JsonNode spec = template.path("spec");
    for (String list : List.of("containers", "initContainers")) {
      for (JsonNode container : spec.path(list)) {
        for (JsonNode variable : container.path("env")) {
          hosts.addAll(hosts(variable.path("name").asText(), variable.path("value").asText()));
          JsonNode used = variable.at("/valueFrom/configMapKeyRef");
          settings.add(Map.entry(used.path("name").asText(), used.path("key").asText()));
        }
        for (String words : List.of("args", "command")) {
          container.path(words).forEach(word -> hosts.addAll(hosts("", word.asText())));
        }
        for (JsonNode whole : container.path("envFrom")) {
          settings.add(Map.entry(whole.at("/configMapRef/name").asText(), ""));
        }
      }
    }
    for (JsonNode volume : spec.path("volumes")) {
      settings.add(Map.entry(volume.at("/configMap/name").asText(), ""));
      for (JsonNode source : volume.at("/projected/sources")) {
        settings.add(Map.entry(source.at("/configMap/name").asText(), ""));
      }
    }
    return new Workload(service, namespace, template.at("/metadata/labels"), hosts, settings);
  }

  /** What may be the address of a Service in a text. */
  private static Set<String> hosts(String variable, String text) {
    String bounded = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    boolean isHost = OF_A_HOST.matcher(variable.toUpperCase(Locale.ROOT)).matches();
    Set<String> hosts = new LinkedHashSet<>();
    Matcher address = ADDRESS.matcher(bounded);
    while (address.find()) {
      if (address.group("scheme") != null
          || address.group("port") != null
          || address.group("host").contains(".svc")
          || (isHost && address.group().length() == bounded.strip().length())) {
        hosts.add(address.group("host"));
      }
    }
    return hosts;
  }

  /**
   * The calls that the objects point to, each once.
   *
   * @param most how many at most
   */
  Set<Reference> references(int most) {
    selections.clear();
    Set<Reference> found = new LinkedHashSet<>();
    for (Workload workload : workloads) {
      for (String host : hosts(workload)) {
        Set<Name> meant = new LinkedHashSet<>(meant(host.split("\\.", -1), workload.namespace));
        meant.addAll(routes.getOrDefault(host, Set.of()));
        for (Name name : meant) {
          join(Set.of(workload.service), behind(name), found, most);
        }
      }
    }
    for (Admission admission : admissions) {
      Set<String> callees = services(admission.namespace, admission.to);
      for (Map.Entry<String, JsonNode> peer : admission.from) {
        join(services(peer.getKey(), peer.getValue()), callees, found, most);
      }
    }
    return found;
  }

  private static void join(
      Set<String> callers, Set<String> callees, Set<Reference> found, int most) {
    for (String caller : callers) {
      for (String callee : callees) {
        if (found.size() >= most) {
          return;
        }
        if (!caller.equals(callee)) {
          found.add(new Reference(caller, callee));
        }
      }
    }
  }

  /** The hosts that its own settings and its ConfigMaps hold. */
  private Set<String> hosts(Workload workload) {
    Set<String> hosts = new LinkedHashSet<>(workload.hosts);
    for (Map.Entry<String, String> used : workload.settings) {
      configMaps
          .getOrDefault(new Name(workload.namespace, used.getKey()), Map.of())
          .forEach(
              (key, held) -> {
                if (used.getValue().isEmpty() || used.getValue().equals(key)) {
                  hosts.addAll(held);
                }
              });
    }
    return hosts;
  }

  /** The services of the workloads whose pods have these labels. */
  private Set<String> services(String namespace, JsonNode selector) {
    return selections.computeIfAbsent(
        Map.entry(namespace, selector),
        wanted ->
            selector.properties().stream()
                .map(label -> new Label(namespace, label.getKey(), label.getValue()))
                .map(label -> labelled.getOrDefault(label, List.of()))
                .min(Comparator.comparingInt(List::size))
                .orElse(List.of())
                .stream()
                .filter(
                    workload ->
                        selector.properties().stream()
                            .allMatch(
                                label ->
                                    label.getValue().equals(workload.labels.get(label.getKey()))))
                .map(Workload::service)
                .collect(Collectors.toCollection(LinkedHashSet::new)));
  }

  /** The services of the workloads that a Service selects; its own where none of them is known. */
  private Set<String> behind(Name name) {
    Front front = fronts.get(name);
    if (front == null) {
      return Set.of();
    }
    Set<String> names = services(name.namespace, front.selector);
    return names.isEmpty() ? Set.of(front.service) : names;
  }

  /** Which Services a host may stand for; a pod of a headless one has its name before. */
  private static List<Name> meant(String[] labels, String namespace) {
    if (labels.length == 1) {
      return List.of(new Name(namespace, labels[0]));
    }
    if (labels.length == 2) {
      return List.of(new Name(labels[1], labels[0]), new Name(namespace, labels[1]));
    }
    return labels[2].equals("svc")
        ? List.of(new Name(labels[1], labels[0]))
        : labels.length > 3 && labels[3].equals("svc")
            ? List.of(new Name(labels[2], labels[1]))
            : List.of();
  }
}
