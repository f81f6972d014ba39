// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.Pair;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One cluster's API. Objects are read as trees, so that any type can be, and none is held as a
 * model. Credentials and certificates are those of the official client, which renews them.
 */
public final class Cluster {
  private static final System.Logger LOG = System.getLogger(Cluster.class.getName());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final ObjectReader TREES = JSON.readerFor(ObjectNode.class);
  private static final int PAGE = 500;

  /** Of objects that may have a megabyte each. */
  private static final int PAGE_OF_LARGE = 50;

  private static final Set<String> LARGE = Set.of("secrets", "configmaps");

  /** Secrets of which there are many, and large ones, and none is anybody's declaration. */
  private static final String NOT_OF_MACHINES =
      "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token";

  private static final String OF_HELM = "type=helm.sh/release.v1";

  /** The API leaves out all but metadata. */
  private static final String METADATA_ONLY =
      "application/json;as=PartialObjectMetadata%s;v=v1;g=meta.k8s.io";

  /** The API server ends a watch after this; bookmarks come about once a minute. */
  private static final Duration WATCH = Duration.ofMinutes(5);

  /** What is refused or not trusted may be so because of what was replaced in files. */
  private static final Duration LEAST_BETWEEN_RENEWALS = Duration.ofSeconds(2);

  /** Reads credentials and certificates, as they are now. */
  private interface Access {
    ApiClient open() throws IOException;
  }

  /** The official client, and what sends its requests. */
  private record Connection(
      ApiClient client, OkHttpClient forRequests, OkHttpClient forWatches, long openedAt) {
    static Connection of(ApiClient client, Duration limit) {
      OkHttpClient base = client.getHttpClient();
      return new Connection(
          client,
          base.newBuilder().readTimeout(60, TimeUnit.SECONDS).callTimeout(limit).build(),
          base.newBuilder()
              .readTimeout(WATCH.plusSeconds(30))
              .pingInterval(20, TimeUnit.SECONDS)
              .build(),
          System.nanoTime());
    }
  }

  private final Access access;
  private final Duration limit;
  private volatile Connection connection;

  private Cluster(Access access, ApiClient client, Duration limit) {
    this.access = access;
    this.limit = limit;
    this.connection = Connection.of(client, limit);
  }

  private static Cluster open(Access access) throws IOException {
    return new Cluster(access, access.open(), LIMIT);
  }

  /**
   * The cluster that a kubeconfig names, else that which this process runs in. Its files are read
   * anew when the API refuses the credential or has a certificate that is not trusted.
   *
   * @throws IOException if there is neither, with what to do
   */
  public static Cluster connect(@Nullable Path kubeconfig) throws IOException {
    if (kubeconfig != null) {
      return open(() -> of(kubeconfig));
    }
    if (System.getenv("KUBERNETES_SERVICE_HOST") == null) {
      throw new IOException(
          "this process does not run in a cluster, and no kubeconfig is given; use --kubeconfig"
              + " FILE");
    }
    return open(() -> ClientBuilder.cluster().build());
  }

  private static ApiClient of(Path kubeconfig) throws IOException {
    try (Reader reader = Files.newBufferedReader(kubeconfig)) {
      KubeConfig config = KubeConfig.loadKubeConfig(reader);
      config.setFile(kubeconfig.toFile());
      return ClientBuilder.kubeconfig(config).build();
    } catch (NoSuchFileException e) {
      throw new IOException("the kubeconfig " + kubeconfig + " is not there; give its path", e);
    } catch (RuntimeException e) {
      throw new IOException(kubeconfig + " is no kubeconfig that can be used: " + e, e);
    }
  }

  /** The same cluster for requests that are of no use later than that. */
  public Cluster within(Duration shorter) {
    return new Cluster(access, connection.client(), shorter);
  }

  /** Reads credentials and certificates anew. */
  private synchronized void renew() {
    if (System.nanoTime() - connection.openedAt() < LEAST_BETWEEN_RENEWALS.toNanos()) {
      return;
    }
    try {
      connection = Connection.of(access.open(), limit);
    } catch (IOException | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "credentials of the cluster cannot be read anew: {0}",
          e.toString());
    }
  }

  /** What a watch tells. */
  public interface Watcher {
    /**
     * An object was added or modified.
     *
     * @param object as the API serves it
     */
    void changed(ObjectNode object);

    /** An object is gone. */
    void deleted(ObjectNode object);

    /** All up to this resource version has been told. */
    void upTo(String resourceVersion);
  }

  /**
   * The one object at a path.
   *
   * @throws ClusterException if the API refuses
   */
  public JsonNode get(String path) throws IOException {
    try (Response response = execute(call("GET", path, List.of(), null))) {
      return tree(response);
    }
  }

  /** The one object at a path; empty if there is none. */
  public Optional<JsonNode> find(String path) throws IOException {
    try {
      return Optional.of(get(path));
    } catch (ClusterException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Writes an object; the answer. */
  public JsonNode send(String method, String path, JsonNode body) throws IOException {
    Call call = call(method, path, List.of(), JSON.writeValueAsBytes(body));
    try (Response response = execute(call)) {
      return tree(response);
    }
  }

  /** The uid of the namespace {@code kube-system}, which stands for the cluster's own. */
  public String uid() throws IOException {
    return get("/api/v1/namespaces/kube-system").at("/metadata/uid").asText();
  }

  /** The types that a group's version serves; empty if the cluster does not know it. */
  public List<ResourceType> types(String group, String version) throws IOException {
    List<ResourceType> types = new ArrayList<>();
    String path = group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
    for (JsonNode one : find(path).orElse(MissingNode.getInstance()).path("resources")) {
      String plural = one.path("name").asText();
      if (!plural.contains("/")) {
        types.add(
            new ResourceType(
                group,
                version,
                one.path("kind").asText(),
                plural,
                one.path("namespaced").asBoolean()));
      }
      if (group.isEmpty() && plural.equals("secrets")) {
        types.add(new ResourceType(group, version, ResourceType.HELM_RELEASE, plural, true));
      }
    }
    return types;
  }

  /**
   * Hands over all objects of a collection, page by page.
   *
   * @param namespace {@code null} for all
   * @return the resource version to watch from
   */
  public String list(ResourceType type, @Nullable String namespace, Consumer<ObjectNode> taker)
      throws IOException {
    String path = type.path(namespace);
    String next = "";
    String version = "";
    do {
      List<Pair> parameters = new ArrayList<>(selected(type));
      boolean large = type.group().isEmpty() && LARGE.contains(type.plural());
      int page = large && !isOfHelm(type) ? PAGE_OF_LARGE : PAGE;
      parameters.add(new Pair("limit", Integer.toString(page)));
      if (!next.isEmpty()) {
        parameters.add(new Pair("continue", next));
      }
      JsonNode list;
      Call call = call("GET", path, parameters, null, accepted(type, "List"));
      try (Response response = execute(call)) {
        list = tree(response);
      }
      String kind = list.path("kind").asText("").replaceAll("List$", "");
      String apiVersion = list.path("apiVersion").asText("");
      for (JsonNode item : list.path("items")) {
        if (item instanceof ObjectNode object) {
          // Items of a list do not say what they are.
          taker.accept(object.put("apiVersion", apiVersion).put("kind", kind));
        }
      }
      version = list.at("/metadata/resourceVersion").asText();
      next = list.at("/metadata/continue").asText("");
    } while (!next.isEmpty());
    return version;
  }

  /**
   * The resource version that a list would have now.
   *
   * @param namespace {@code null} for all
   */
  public String version(ResourceType type, @Nullable String namespace) throws IOException {
    List<Pair> parameters = List.of(new Pair("limit", "1"));
    Call call = call("GET", type.path(namespace), parameters, null, accepted(type, "List"));
    try (Response response = execute(call)) {
      return tree(response).at("/metadata/resourceVersion").asText();
    }
  }

  /**
   * Tells what happens from a resource version on, until the API server ends it, which it does
   * after some minutes.
   *
   * @param namespace {@code null} for all
   * @throws ClusterException {@linkplain ClusterException#isGone() gone} if that version is too old
   */
  public void watch(
      ResourceType type,
      @Nullable String namespace,
      String resourceVersion,
      Watcher watcher,
      Consumer<Call> running)
      throws IOException {
    List<Pair> parameters = new ArrayList<>(selected(type));
    parameters.add(new Pair("watch", "true"));
    parameters.add(new Pair("allowWatchBookmarks", "true"));
    parameters.add(new Pair("resourceVersion", resourceVersion));
    parameters.add(new Pair("timeoutSeconds", Long.toString(WATCH.toSeconds())));
    Call call = call("GET", type.path(namespace), parameters, null, accepted(type, ""));
    Call watching = connection.forWatches().newCall(call.request());
    running.accept(watching);
    try (Response response = executed(watching);
        MappingIterator<ObjectNode> lines =
            TREES.readValues(response.body().source().inputStream())) {
      while (lines.hasNextValue()) {
        tell(lines.nextValue(), watcher);
      }
    }
  }

  private static List<Pair> selected(ResourceType type) {
    return type.is("", "Secret")
        ? List.of(new Pair("fieldSelector", NOT_OF_MACHINES))
        : isOfHelm(type) ? List.of(new Pair("fieldSelector", OF_HELM)) : List.of();
  }

  private static boolean isOfHelm(ResourceType type) {
    return type.is("", ResourceType.HELM_RELEASE);
  }

  private static String accepted(ResourceType type, String form) {
    return isOfHelm(type) ? METADATA_ONLY.formatted(form) : "application/json";
  }

  private static void tell(ObjectNode line, Watcher watcher) throws ClusterException {
    JsonNode object = line.path("object");
    switch (line.path("type").asText()) {
      case "ADDED", "MODIFIED" -> watcher.changed((ObjectNode) object);
      case "DELETED" -> watcher.deleted((ObjectNode) object);
      case "ERROR" ->
          throw new ClusterException(
              object.path("code").asInt(500), object.path("message").asText("the watch failed"));
      default -> {}
    }
    watcher.upTo(object.at("/metadata/resourceVersion").asText());
  }

  private Call call(String method, String path, List<Pair> parameters, byte @Nullable [] body)
      throws IOException {
    return call(method, path, parameters, body, "application/json");
  }

  private Call call(
      String method, String path, List<Pair> parameters, byte @Nullable [] body, String accepted)
      throws IOException {
    Map<String, String> headers = new HashMap<>();
    headers.put("Accept", accepted);
    headers.put("Content-Type", "application/json");
    try {
      return connection
          .client()
          .buildCall(
              null,
              path,
              method,
              parameters,
              List.of(),
              body,
              headers,
              new HashMap<>(),
              new HashMap<>(),
              new String[] {"BearerToken"},
              null);
    } catch (ApiException e) {
      throw new IOException("the request " + method + " " + path + " cannot be made", e);
    }
  }

  private Response execute(Call call) throws IOException {
    return executed(connection.forRequests().newCall(call.request()));
  }

  private Response executed(Call call) throws IOException {
    try {
      return checked(call.execute());
    } catch (SSLException e) {
      renew();
      throw e;
    } catch (ClusterException e) {
      if (e.isUnauthorized()) {
        renew();
      }
      throw e;
    }
  }

  private static Response checked(Response response) throws IOException {
    if (response.isSuccessful()) {
      return response;
    }
    try (response) {
      String text = response.body().string();
      String message = text;
      try {
        message = JSON.readTree(text).path("message").asText(text);
      } catch (JsonProcessingException e) {
        message = text.lines().findFirst().orElse("");
      }
      throw new ClusterException(
          response.code(),
          response.request().url().encodedPath() + ": " + response.code() + " " + message);
    }
  }

  private static JsonNode tree(Response response) throws IOException {
    return JSON.readTree(response.body().byteStream());
  }
}
