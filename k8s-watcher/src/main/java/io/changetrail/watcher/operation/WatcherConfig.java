// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.changetrail.shipper.Credentials;
import io.changetrail.watcher.capture.ClusterWatch.Wanted;
import io.changetrail.watcher.capture.LabelSelector;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a watcher is told, from one YAML file; {@code docs/kubernetes.md} explains each field.
 *
 * @param cluster name of the cluster; events have the source {@code /k8s/<cluster>}
 * @param environment of all namespaces that {@code environments} does not name; the cluster's name
 *     unless given
 * @param server the audit server
 * @param tokenFile holds the credential for it; read anew at each request
 * @param namespaceSelector only namespaces with such labels; {@code null} for any
 * @param include only objects with one of these labels, annotations or, by JSON pointer, fields
 * @param exclude no objects with one of these
 * @param secrets whether Secrets are watched, as keyed hashes
 * @param resources types beside the built-in ones
 * @param onlyResources whether the built-in ones are left out
 * @param discovery how often types that the cluster does not serve are looked for, as ISO 8601;
 *     half a minute unless given
 * @param declared where it stands what objects should be like, beside what stands at them
 * @param registries that are asked for the labels of images; none unless given
 * @param port of {@code /metrics}, {@code /healthz} and {@code /readyz}; none if 0
 */
public record WatcherConfig(
    String cluster,
    String environment,
    Map<String, String> environments,
    List<String> serviceNames,
    URI server,
    @Nullable Path tokenFile,
    Spool spool,
    Redaction redaction,
    Set<String> namespaces,
    @Nullable LabelSelector namespaceSelector,
    Set<String> excludeNamespaces,
    Map<String, String> include,
    Map<String, String> exclude,
    Map<String, List<String>> ignore,
    boolean secrets,
    List<FurtherType> resources,
    boolean onlyResources,
    @Nullable String discovery,
    int port,
    @Nullable LeaderElection leaderElection,
    @Nullable AuditWebhook auditWebhook,
    @Nullable AdmissionWebhook admissionWebhook,
    List<ManifestsIn> declared,
    List<ImageRegistry> registries) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** What a cluster mostly is made of; types that it does not serve are looked for later. */
  private static final List<Wanted> BUILT_IN =
      List.of(
          new Wanted("apps", "v1", "Deployment"),
          new Wanted("apps", "v1", "StatefulSet"),
          new Wanted("apps", "v1", "DaemonSet"),
          new Wanted("argoproj.io", "v1alpha1", "Rollout"),
          new Wanted("batch", "v1", "CronJob"),
          new Wanted("", "v1", "ConfigMap"),
          new Wanted("", "v1", "Service"),
          new Wanted("", "v1", "Node"),
          new Wanted("", "v1", "Namespace"),
          new Wanted("", "v1", "ResourceQuota"),
          new Wanted("", "v1", "LimitRange"),
          new Wanted("networking.k8s.io", "v1", "Ingress"),
          new Wanted("networking.k8s.io", "v1", "NetworkPolicy"),
          new Wanted("gateway.networking.k8s.io", "v1", "Gateway"),
          new Wanted("gateway.networking.k8s.io", "v1", "HTTPRoute"),
          new Wanted("autoscaling", "v2", "HorizontalPodAutoscaler"),
          new Wanted("policy", "v1", "PodDisruptionBudget"),
          new Wanted("rbac.authorization.k8s.io", "v1", "Role"),
          new Wanted("rbac.authorization.k8s.io", "v1", "RoleBinding"),
          new Wanted("rbac.authorization.k8s.io", "v1", "ClusterRole"),
          new Wanted("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding"),
          new Wanted("apiextensions.k8s.io", "v1", "CustomResourceDefinition"),
          new Wanted("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"),
          new Wanted("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration"),
          new Wanted("core.openfeature.dev", "v1beta1", "FeatureFlag"),
          new Wanted("argoproj.io", "v1alpha1", "Application"),
          new Wanted("kustomize.toolkit.fluxcd.io", "v1", "Kustomization"),
          new Wanted("helm.toolkit.fluxcd.io", "v2", "HelmRelease"),
          new Wanted("source.toolkit.fluxcd.io", "v1", "GitRepository"));

  /** Whose state tells how a rollout goes. */
  public static final Wanted POD = new Wanted("", "v1", "Pod");

  private static final Wanted SECRETS = new Wanted("", "v1", "Secret");

  /** Where Helm keeps what it installed; whoever may read Secrets may read these. */
  public static final Wanted HELM_RELEASES = new Wanted("", "v1", ResourceType.HELM_RELEASE);

  /** Those of the built-in types that lie in no namespace. */
  private static final Set<String> CLUSTER_SCOPED =
      Set.of(
          "Node",
          "Namespace",
          "ClusterRole",
          "ClusterRoleBinding",
          "CustomResourceDefinition",
          "ValidatingWebhookConfiguration",
          "MutatingWebhookConfiguration");

  /**
   * A type that is watched beside the built-in ones.
   *
   * @param group the empty string for the core group
   * @param plural as in the API's paths; the cluster tells unless given
   * @param namespaced whether its objects lie in namespaces; the cluster tells unless a plural is
   *     given, and then they do unless this says otherwise
   */
  public record FurtherType(
      String group,
      String version,
      String kind,
      @Nullable String plural,
      @Nullable Boolean namespaced) {
    // Jackson hands over null for what the file leaves out.
    @SuppressWarnings({"ConstantConditions", "NullAway"})
    public FurtherType {
      group = group == null ? "" : group;
      if (version == null || kind == null) {
        throw new IllegalArgumentException(
            "resources: give each type its version and kind, and its group unless it is the core"
                + " one");
      }
    }

    Wanted wanted() {
      return new Wanted(group, version, kind);
    }
  }

  /**
   * The durable spool of the shipper.
   *
   * @param maxBytes its bound
   */
  public record Spool(Path directory, long maxBytes) {}

  /**
   * The key that secrets are hashed with.
   *
   * @param keyFile holds at least 16 bytes; without it a key is made and kept beside the spool
   */
  public record Redaction(@Nullable String keyId, @Nullable Path keyFile) {}

  /**
   * One of several watchers is active: the holder of this Lease.
   *
   * @param identity of this process; the host's name unless given
   * @param address of this process, where the others hand over what the API server sends them; that
   *     of the host unless given
   */
  public record LeaderElection(
      String namespace, String lease, @Nullable String identity, @Nullable String address) {}

  /**
   * Where the API server's audit webhook sends its records.
   *
   * @param tokenFile what the API server must show as bearer token
   * @param keyStore PKCS #12 with certificate and key: the API server shows its token over HTTPS
   *     only
   * @param passwordFile of the key store
   */
  public record AuditWebhook(int port, Path tokenFile, Path keyStore, Path passwordFile) {}

  /**
   * Where the API server asks before each write.
   *
   * @param path that nobody else knows: whoever can reach it can say that somebody wrote something
   * @param keyStore PKCS #12 with certificate and key
   * @param passwordFile of the key store
   */
  public record AdmissionWebhook(int port, String path, Path keyStore, Path passwordFile) {
    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*");

    // Jackson hands over null for what the file leaves out.
    @SuppressWarnings({"ConstantConditions", "NullAway"})
    public AdmissionWebhook {
      path = path == null ? "/admission" : path;
      if (!PATH.matcher(path).matches()) {
        throw new IllegalArgumentException(
            "admissionWebhook.path: give a path such as /admission/k3vq, of letters, digits, '.',"
                + " '_', '~' and '-'");
      }
      if (keyStore == null || passwordFile == null) {
        throw new IllegalArgumentException(
            "admissionWebhook: give keyStore and passwordFile; the API server asks over HTTPS only");
      }
    }
  }

  /**
   * A registry that is asked from which commit an image was built.
   *
   * @param host as image references have it
   * @param plain whether it speaks HTTP, as some within a cluster do
   * @param credentialsFile {@code user:password}
   */
  public record ImageRegistry(String host, boolean plain, @Nullable Path credentialsFile) {
    // Jackson hands over null for what the file leaves out.
    @SuppressWarnings({"ConstantConditions", "NullAway"})
    public ImageRegistry {
      if (host == null || !host.matches("[A-Za-z0-9.-]+(:\\d{1,5})?")) {
        throw new IllegalArgumentException(
            "registries: give each its host, such as ghcr.io or registry.example.com:5000");
      }
    }
  }

  /**
   * A directory of manifests, which declares what objects should be like.
   *
   * @param namespace of those that name none; {@code default} unless given
   * @param settling how long what is declared anew may take to be applied, as ISO 8601; ten minutes
   *     unless given
   */
  public record ManifestsIn(Path directory, String namespace, String settling) {
    // Jackson hands over null for what the file leaves out.
    @SuppressWarnings({"ConstantConditions", "NullAway"})
    public ManifestsIn {
      if (directory == null) {
        throw new IllegalArgumentException("declared: give each its directory");
      }
      namespace = namespace == null ? "default" : namespace;
      settling = settling == null ? "PT10M" : settling;
      if (!isDuration(settling)) {
        throw new IllegalArgumentException(
            "declared: settling is a duration of ISO 8601, such as PT10M, not '" + settling + "'");
      }
    }
  }

  // Jackson hands over null for what the file leaves out.
  @SuppressWarnings({"ConstantConditions", "NullAway"})
  public WatcherConfig {
    if (cluster == null || !NAME.matcher(cluster).matches()) {
      throw new IllegalArgumentException(
          "cluster: give the cluster a name of letters, digits, '.', '_' and '-'");
    }
    if (server == null) {
      throw new IllegalArgumentException("server: give the URL of the audit server");
    }
    environment = Objects.requireNonNullElse(environment, cluster);
    environments = environments == null ? Map.of() : Map.copyOf(environments);
    serviceNames = serviceNames == null ? Places.SERVICE_NAMES : List.copyOf(serviceNames);
    spool =
        spool == null || spool.directory() == null
            ? new Spool(Path.of("/var/lib/changetrail/spool"), spool == null ? 0 : spool.maxBytes())
            : spool;
    redaction = redaction == null ? new Redaction(null, null) : redaction;
    if (leaderElection != null && secrets && redaction.keyFile() == null) {
      throw new IllegalArgumentException(
          "redaction.keyFile: give the replicas one key; with one of each its own, what changes in"
              + " a Secret while another takes over cannot be told");
    }
    if (discovery != null && !isDuration(discovery)) {
      throw new IllegalArgumentException(
          "discovery: give a duration of ISO 8601, such as PT30S, not '" + discovery + "'");
    }
    if (namespaceSelector != null && namespaces != null && !namespaces.isEmpty()) {
      throw new IllegalArgumentException(
          "namespaceSelector: give it or namespaces; whoever may see only some by name cannot know"
              + " which have a label");
    }
    namespaces = namespaces == null ? Set.of() : Set.copyOf(namespaces);
    excludeNamespaces = excludeNamespaces == null ? Set.of() : Set.copyOf(excludeNamespaces);
    include = include == null ? Map.of() : Map.copyOf(include);
    exclude = exclude == null ? Map.of() : Map.copyOf(exclude);
    ignore = ignore == null ? Map.of() : Map.copyOf(ignore);
    resources = resources == null ? List.of() : List.copyOf(resources);
    declared = declared == null ? List.of() : List.copyOf(declared);
    registries = registries == null ? List.of() : List.copyOf(registries);
  }

  private static boolean isDuration(String text) {
    try {
      return Duration.parse(text).toMillis() > 0;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  /** The source of all events. */
  public String source() {
    return "/k8s/" + cluster;
  }

  /** The credential for the audit server. */
  public Credentials credentials() {
    Path file = tokenFile;
    return file == null ? Credentials.none() : () -> Files.readString(file).strip();
  }

  /** How often types that the cluster does not serve are looked for. */
  public Duration discoveryPause() {
    return discovery == null ? Duration.ofSeconds(30) : Duration.parse(discovery);
  }

  /** All types that are to be watched. */
  public List<Wanted> wanted() {
    List<Wanted> wanted = new ArrayList<>(onlyResources ? List.of() : BUILT_IN);
    if (secrets) {
      wanted.add(SECRETS);
    }
    resources.stream()
        .map(FurtherType::wanted)
        .filter(one -> !wanted.contains(one))
        .forEach(wanted::add);
    return List.copyOf(wanted);
  }

  /**
   * Types that are read to tell more of those that are watched: how their rollouts go on and end.
   */
  public List<Wanted> followed() {
    List<Wanted> followed = new ArrayList<>();
    List<String> kinds = wanted().stream().map(Wanted::kind).toList();
    if (kinds.contains("Deployment") || kinds.contains("Rollout")) {
      followed.add(new Wanted("apps", "v1", "ReplicaSet"));
    }
    if (kinds.contains("StatefulSet") || kinds.contains("DaemonSet")) {
      followed.add(new Wanted("apps", "v1", "ControllerRevision"));
    }
    if (!followed.isEmpty()) {
      followed.add(POD);
    }
    if (secrets) {
      followed.add(HELM_RELEASES);
    }
    return List.copyOf(followed);
  }

  /**
   * How the API names a type; empty for one that is not built in and whose plural is not given, so
   * that only the cluster can tell.
   */
  public Optional<ResourceType> type(Wanted wanted) {
    for (FurtherType one : resources) {
      if (one.wanted().equals(wanted) && one.plural() != null) {
        return Optional.of(
            new ResourceType(
                one.group(),
                one.version(),
                one.kind(),
                one.plural(),
                !Boolean.FALSE.equals(one.namespaced())));
      }
    }
    return BUILT_IN.contains(wanted) || wanted.equals(SECRETS) || followed().contains(wanted)
        ? Optional.of(
            new ResourceType(
                wanted.group(),
                wanted.version(),
                wanted.kind(),
                plural(wanted.kind()),
                !CLUSTER_SCOPED.contains(wanted.kind())))
        : Optional.empty();
  }

  /** The regular plural, which all built-in types have. */
  private static String plural(String kind) {
    String singular = kind.toLowerCase(Locale.ROOT);
    return singular.endsWith("cy") || singular.endsWith("ry")
        ? singular.substring(0, singular.length() - 1) + "ies"
        : singular + (singular.endsWith("s") ? "es" : "s");
  }

  /**
   * Reads the file.
   *
   * @throws IOException with the field that is wrong and what to do
   */
  public static WatcherConfig read(Path file) throws IOException {
    ObjectMapper yaml =
        new ObjectMapper(new YAMLFactory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    try {
      return yaml.readValue(Files.readString(file), WatcherConfig.class);
    } catch (JsonMappingException e) {
      Throwable cause = e.getCause();
      String why =
          cause instanceof IllegalArgumentException ? cause.getMessage() : e.getOriginalMessage();
      throw new IOException(
          file + ": " + e.getPathReference().replaceAll(".*?\\[\"", "[\"") + " " + why, e);
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not YAML: " + e.getOriginalMessage(), e);
    }
  }
}
