// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Plays the API server where the real one was not built. It follows the API's conventions for lists
 * in parts, watches with bookmarks, versions that are too old, patches, server-side apply with
 * managed fields, status subresources, custom resources, tokens and audit records; {@code
 * ApiDoubleTest} holds it to what the real one answers.
 *
 * <p>What it has not: controllers, admission, roles other than {@code cluster-admin}, validation,
 * finalizers, selection by labels, {@code scale}. A test that needs these calls {@link
 * ControlPlane#real}.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/">API concepts</a>
 */
final class ApiDouble extends ControlPlane {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration IDLE = Duration.ofSeconds(1);
  private static final Set<String> WITHOUT_GENERATION =
      Set.of("Namespace", "Service", "HorizontalPodAutoscaler", "Lease");

  private record User(String name, List<String> groups) {}

  /** What a path names; parts that are not there are empty. */
  private record Place(ApiType type, String namespace, String name, String subresource) {
    Place named(String other) {
      return new Place(type, namespace, other, subresource);
    }

    boolean isStatus() {
      return subresource.equals("status");
    }
  }

  private record Request(
      User user, String method, URI uri, Map<String, String> query, HttpExchange exchange) {
    String header(String name) {
      return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    String query(String name) {
      return query.getOrDefault(name, "");
    }

    /** The manager that the request names, else the program that sends it. */
    String manager() {
      return query("fieldManager").isEmpty()
          ? header("User-Agent").split("/", 2)[0]
          : query("fieldManager");
    }
  }

  private record Answer(int code, ObjectNode object) {}

  private final Path directory;
  private final ApiObjects objects = new ApiObjects();
  private final Map<String, ApiType> types = new ConcurrentHashMap<>();

  /** From when on the types are served: what was told before of one is not told again. */
  private final Map<ApiType, Long> servedSince = new ConcurrentHashMap<>();

  private final Map<String, User> users = new ConcurrentHashMap<>();
  private final ApiAudit audit;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "api-double");
            thread.setDaemon(true);
            return thread;
          });
  private volatile @Nullable HttpServer server;

  ApiDouble(Path directory) throws Exception {
    this.directory = directory;
    users.put(ADMIN, new User("admin", List.of("system:masters")));
    users.put(ALICE, new User("alice", List.of("system:masters", "developers")));
    users.put(WATCHER, new User("watcher", List.of()));
    ApiType.builtIn().forEach(this::serve);
    audit =
        new ApiAudit(
            URI.create("https://127.0.0.1:" + auditPort() + "/audit"),
            Path.of("../deploy/kubernetes/audit-policy.yaml"));
    Place namespaces = place("/api/v1/namespaces");
    for (String name : List.of("default", "kube-system")) {
      ObjectNode namespace = yaml("{metadata: {name: " + name + "}}");
      objects.put(namespaces.type(), prepared(namespaces.named(name), null, namespace));
    }
  }

  private void serve(ApiType type) {
    if (types.put(type.apiVersion() + "/" + type.plural(), type) == null) {
      servedSince.put(type, objects.version());
    }
  }

  @Override
  void start() throws Exception {
    startApiServer();
  }

  @Override
  void startApiServer() throws Exception {
    Path store = directory.resolve("api.p12");
    if (!Files.exists(store)) {
      Certificates.make(store);
      Files.writeString(certificate(), Certificates.pem(store));
    }
    HttpsServer https =
        HttpsServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), address().getPort()), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(identity(store)));
    https.setExecutor(threads);
    https.createContext("/", this::answer);
    server = https;
    https.start();
  }

  private static SSLContext identity(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, Certificates.PASSWORD.toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, Certificates.PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  @Override
  void stopApiServer() {
    HttpServer running = server;
    server = null;
    if (running != null) {
      running.stop(0);
    }
    objects.forget();
  }

  @Override
  void renew(String token, String newToken) throws IOException {
    Files.delete(directory.resolve("api.p12"));
    users.put(newToken, Objects.requireNonNull(users.remove(token)));
  }

  @Override
  Path certificate() {
    return directory.resolve("api.crt");
  }

  @Override
  public void close() {
    stopApiServer();
    audit.close();
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      try {
        Request request = request(exchange);
        String path = request.uri().getPath();
        if (path.equals("/readyz")) {
          send(exchange, 200, yaml("{}"));
        } else if (path.matches("/api/v1|/apis/[^/]+/[^/]+")) {
          send(exchange, 200, discovery(path.replaceFirst("/apis?/", "")));
        } else if (request.method().equals("GET")) {
          read(request, place(path));
        } else {
          write(request, place(path), parsed(body));
        }
      } catch (ApiRefusal e) {
        send(exchange, e.code, failure(e));
      } catch (RuntimeException e) {
        send(exchange, 500, failure(new ApiRefusal(500, "InternalError", e.toString())));
        throw e;
      }
    }
  }

  private static ObjectNode parsed(byte[] body) throws IOException {
    if (body.length == 0) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (JSON.readTree(body) instanceof ObjectNode object) {
      return object;
    }
    throw new ApiRefusal(400, "BadRequest", "the body is no object");
  }

  private Request request(HttpExchange exchange) {
    URI uri = exchange.getRequestURI();
    Map<String, String> query = new HashMap<>();
    for (String one : Objects.requireNonNullElse(uri.getRawQuery(), "").split("&", -1)) {
      String[] pair = one.split("=", 2);
      query.put(pair[0], URLDecoder.decode(pair.length > 1 ? pair[1] : "", StandardCharsets.UTF_8));
    }
    String credential =
        Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Authorization"), "");
    User user = users.get(credential.replaceFirst("^Bearer ", ""));
    if (user == null) {
      throw new ApiRefusal(401, "Unauthorized", "Unauthorized");
    }
    if (!user.groups().contains("system:masters") && !isAdmin(user)) {
      throw new ApiRefusal(403, "Forbidden", "User \"" + user.name() + "\" is no cluster-admin");
    }
    return new Request(user, exchange.getRequestMethod(), uri, query, exchange);
  }

  /** By a binding: the only role that is known. */
  private boolean isAdmin(User user) {
    ApiType bindings = place("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings").type();
    return objects.list(bindings, "", any -> true, 0, "").objects().stream()
        .filter(binding -> binding.at("/roleRef/name").asText().equals("cluster-admin"))
        .anyMatch(
            binding -> binding.path("subjects").findValuesAsText("name").contains(user.name()));
  }

  private Place place(String path) {
    List<String> parts = Arrays.asList(path.substring(1).split("/"));
    int base = parts.get(0).equals("api") ? 2 : 3;
    if (parts.size() > base) {
      String version = String.join("/", parts.subList(1, base));
      List<String> rest = parts.subList(base, parts.size());
      String namespace = "";
      if (rest.size() > 2
          && rest.get(0).equals("namespaces")
          && types.containsKey(version + "/" + rest.get(2))) {
        namespace = rest.get(1);
        rest = rest.subList(2, rest.size());
      }
      ApiType type = types.get(version + "/" + rest.get(0));
      String subresource = rest.size() > 2 ? rest.get(2) : "";
      if (type != null
          && (subresource.isEmpty() || (subresource.equals("status") && type.hasStatus()))) {
        return new Place(type, namespace, rest.size() > 1 ? rest.get(1) : "", subresource);
      }
    }
    throw new ApiRefusal(404, "NotFound", "the server could not find the requested resource");
  }

  private ObjectNode discovery(String version) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", "APIResourceList").put("apiVersion", "v1").put("groupVersion", version);
    for (ApiType type : types.values()) {
      if (type.apiVersion().equals(version)) {
        list.withArray("resources")
            .addObject()
            .put("name", type.plural())
            .put("kind", type.kind())
            .put("namespaced", type.isNamespaced());
      }
    }
    if (!list.has("resources")) {
      throw new ApiRefusal(404, "NotFound", "the server could not find the requested resource");
    }
    return list;
  }

  // Reading.

  private void read(Request request, Place place) throws IOException {
    if (!place.name().isEmpty()) {
      send(request.exchange(), 200, form(request, existing(place)));
    } else if (request.query("watch").equals("true")) {
      watch(request, place);
    } else {
      send(request.exchange(), 200, list(request, place));
    }
  }

  private ObjectNode existing(Place place) {
    ObjectNode object = objects.find(place.type(), place.namespace(), place.name());
    if (object == null) {
      throw ApiRefusal.notFound(place.type(), place.name());
    }
    return object;
  }

  private static Predicate<ObjectNode> selected(Request request) {
    if (!request.query("labelSelector").isEmpty()) {
      throw new ApiRefusal(400, "BadRequest", "the double does not select by labels");
    }
    Predicate<ObjectNode> all = object -> true;
    for (String term : request.query("fieldSelector").split(",", -1)) {
      String[] sides = term.split("!?==?", 2);
      if (sides.length == 2) {
        String pointer = "/" + sides[0].replace('.', '/');
        boolean wanted = !term.contains("!=");
        all = all.and(object -> object.at(pointer).asText("").equals(sides[1]) == wanted);
      }
    }
    return all;
  }

  /** The object as it is asked for: whole, or without all but its metadata. */
  private static ObjectNode form(Request request, ObjectNode object) {
    if (!isOfMetadata(request)) {
      return object;
    }
    ObjectNode partial = JsonNodeFactory.instance.objectNode();
    partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
    return partial.set("metadata", object.path("metadata"));
  }

  private static boolean isOfMetadata(Request request) {
    return request.header("Accept").contains("as=PartialObjectMetadata");
  }

  private ObjectNode list(Request request, Place place) {
    String limit = request.query("limit");
    ApiObjects.Page page =
        objects.list(
            place.type(),
            place.namespace(),
            selected(request),
            limit.isEmpty() ? 0 : Integer.parseInt(limit),
            request.query("continue"));
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    boolean partial = isOfMetadata(request);
    list.put("kind", (partial ? "PartialObjectMetadata" : place.type().kind()) + "List");
    list.put("apiVersion", partial ? "meta.k8s.io/v1" : place.type().apiVersion());
    ObjectNode metadata = list.putObject("metadata");
    metadata.put("resourceVersion", Long.toString(page.version()));
    if (!page.next().isEmpty()) {
      metadata.put("continue", page.next()).put("remainingItemCount", page.remaining());
    }
    list.putArray("items");
    for (ObjectNode object : page.objects()) {
      ObjectNode item = form(request, object).deepCopy();
      if (!place.type().isCustom() && !partial) {
        item.remove(List.of("kind", "apiVersion"));
      }
      list.withArray("items").add(item);
    }
    return list;
  }

  private void watch(Request request, Place place) throws IOException {
    HttpServer begun = server;
    Predicate<ObjectNode> selected = selected(request);
    request.exchange().sendResponseHeaders(200, 0);
    try (OutputStream out = request.exchange().getResponseBody()) {
      out.flush();
      long seen = begin(request, place, out, selected);
      long told = seen;
      String timeout = request.query("timeoutSeconds");
      long seconds = timeout.isEmpty() ? 1800 : Long.parseLong(timeout);
      long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
      while (server == begun && types.containsValue(place.type()) && System.nanoTime() < end) {
        List<ApiObjects.Happened> news;
        try {
          news = objects.after(seen, servedSince.get(place.type()), IDLE);
        } catch (ApiRefusal e) {
          tell(out, "ERROR", failure(e));
          return;
        }
        for (ApiObjects.Happened one : news) {
          seen = one.version();
          if (one.type().equals(place.type())
              && (place.namespace().isEmpty()
                  || one.object().at("/metadata/namespace").asText().equals(place.namespace()))
              && selected.test(one.object())) {
            tell(out, one.what(), form(request, one.object()));
            told = seen;
          }
        }
        if (news.isEmpty() && seen > told && request.query("allowWatchBookmarks").equals("true")) {
          tell(out, "BOOKMARK", bookmark(place.type(), seen));
          told = seen;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The version to go on from; who names none is told of all that there is. */
  private long begin(Request request, Place place, OutputStream out, Predicate<ObjectNode> selected)
      throws IOException {
    String from = request.query("resourceVersion");
    if (!from.isEmpty() && !from.equals("0")) {
      return Long.parseLong(from);
    }
    ApiObjects.Page page = objects.list(place.type(), place.namespace(), selected, 0, "");
    for (ObjectNode object : page.objects()) {
      tell(out, "ADDED", form(request, object));
    }
    return page.version();
  }

  private static ObjectNode bookmark(ApiType type, long version) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    object.putObject("metadata").put("resourceVersion", Long.toString(version));
    return object;
  }

  private static void tell(OutputStream out, String what, ObjectNode object) throws IOException {
    ObjectNode line = JsonNodeFactory.instance.objectNode().put("type", what);
    out.write((line.set("object", object) + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  // Writing.

  private void write(Request request, Place place, ObjectNode body) throws IOException {
    Instant received = Instant.now();
    Answer answer;
    try {
      // What is read is what is replaced.
      synchronized (objects) {
        answer =
            switch (request.method()) {
              case "POST" -> create(request, place, body);
              case "PUT" -> new Answer(200, store(request, place, existing(place), body));
              case "PATCH" -> patch(request, place, body);
              case "DELETE" -> delete(request, place, body);
              default -> throw new ApiRefusal(405, "MethodNotAllowed", request.method());
            };
      }
    } catch (ApiRefusal e) {
      answer = new Answer(e.code, failure(e));
    }
    audit.tell(entry(request, place, body, answer, received));
    send(request.exchange(), answer.code(), answer.object());
  }

  private Answer create(Request request, Place place, ObjectNode body) {
    Place there = place.named(body.at("/metadata/name").asText());
    if (objects.find(there.type(), there.namespace(), there.name()) != null) {
      throw new ApiRefusal(
          409,
          "AlreadyExists",
          there.type().resource() + " \"" + there.name() + "\" already exists");
    }
    return new Answer(201, store(request, there, null, body));
  }

  private Answer patch(Request request, Place place, ObjectNode body) {
    ApiType type = place.type();
    ObjectNode old = objects.find(type, place.namespace(), place.name());
    switch (request.header("Content-Type")) {
      case "application/apply-patch+yaml" -> {
        return new Answer(old == null ? 201 : 200, store(request, place, old, body));
      }
      case "application/merge-patch+json" -> {
        JsonNode merged = ApiFields.merged(existing(place), body, "", false);
        return new Answer(200, store(request, place, old, (ObjectNode) merged));
      }
      case "application/strategic-merge-patch+json" -> {
        if (!type.isCustom()) {
          JsonNode merged = ApiFields.merged(existing(place), body, "", true);
          return new Answer(200, store(request, place, old, (ObjectNode) merged));
        }
      }
      default -> {}
    }
    throw new ApiRefusal(
        415, "UnsupportedMediaType", "the body of the request was in an unknown format");
  }

  /** Creates or replaces an object; one that stays as it is is not written. */
  private ObjectNode store(
      Request request, Place place, @Nullable ObjectNode old, ObjectNode body) {
    ApiType type = place.type();
    if (old == null && !place.namespace().isEmpty()) {
      existing(place("/api/v1/namespaces/" + place.namespace()));
    }
    String expected = body.at("/metadata/resourceVersion").asText("");
    if (old != null
        && !expected.isEmpty()
        && !expected.equals(old.at("/metadata/resourceVersion").asText())) {
      throw new ApiRefusal(
          409, "Conflict", "the object has been modified; please apply your changes to the latest");
    }
    boolean isApply = request.header("Content-Type").contains("apply-patch");
    JsonNode before = old == null ? MissingNode.getInstance() : old;
    ApiManagers managers = ApiManagers.of(before);
    ApiManagers.Writer writer =
        new ApiManagers.Writer(request.manager(), isApply, type.apiVersion(), place.subresource());
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    ObjectNode next;
    if (isApply) {
      boolean force = request.query("force").equals("true");
      next = prepared(place, old, managers.apply(writer, before, body, type, force, now));
    } else {
      next = prepared(place, old, body);
      managers.update(writer, before, next, type.isCustom(), type.hasStatus(), now);
    }
    next.withObject("/metadata").set("managedFields", managers.toJson());
    if (old != null) {
      ObjectNode unversioned = old.deepCopy();
      unversioned.withObject("/metadata").remove("resourceVersion");
      if (next.equals(unversioned)) {
        return old;
      }
    }
    if (request.query("dryRun").isEmpty()) {
      objects.put(type, next);
      if (type.is("CustomResourceDefinition")) {
        ApiType.of(next).forEach(this::serve);
      }
    }
    return next;
  }

  /** An object with what is the server's to say. */
  private static ObjectNode prepared(Place place, @Nullable ObjectNode old, ObjectNode wanted) {
    ApiType type = place.type();
    ObjectNode next = wanted.deepCopy();
    if (place.isStatus() && old != null) {
      next = old.deepCopy();
      next.set("status", wanted.path("status").deepCopy());
    } else if (type.is("CustomResourceDefinition")) {
      next.set("status", yamlOf("{conditions: [{type: Established, status: 'True'}]}"));
    } else if (type.hasStatus()) {
      next.remove("status");
      if (old != null && old.has("status")) {
        next.set("status", old.path("status"));
      } else if (!type.isCustom()) {
        next.putObject("status");
      }
    }
    ApiDefaults.add(type, next);
    next.put("apiVersion", type.apiVersion()).put("kind", type.kind());
    ObjectNode metadata = next.withObject("/metadata");
    metadata.remove(List.of("managedFields", "resourceVersion", "generation"));
    metadata.put("name", place.name());
    if (type.isNamespaced()) {
      metadata.put("namespace", place.namespace());
    }
    if (type.is("Namespace")) {
      next.withObject("/metadata/labels").put("kubernetes.io/metadata.name", place.name());
    }
    JsonNode known = old == null ? MissingNode.getInstance() : old.path("metadata");
    metadata.put("uid", known.path("uid").asText(UUID.randomUUID().toString()));
    metadata.put(
        "creationTimestamp",
        known
            .path("creationTimestamp")
            .asText(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
    if (type.isCustom() || (next.has("spec") && !WITHOUT_GENERATION.contains(type.kind()))) {
      boolean isAnother = old == null || !declared(old).equals(declared(next));
      metadata.put("generation", known.path("generation").asLong() + (isAnother ? 1 : 0));
    }
    return next;
  }

  private static ObjectNode declared(ObjectNode object) {
    return object.deepCopy().without(List.of("metadata", "status"));
  }

  private static ObjectNode yamlOf(String text) {
    try {
      return yaml(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Answer delete(Request request, Place place, ObjectNode options) {
    ObjectNode object = existing(place);
    ApiType type = place.type();
    if (request.query("dryRun").isEmpty() && options.path("dryRun").isEmpty()) {
      if (type.is("CustomResourceDefinition")) {
        for (ApiType gone : ApiType.of(object)) {
          empty(gone, "");
          types.remove(gone.apiVersion() + "/" + gone.plural());
        }
      } else if (type.is("Namespace")) {
        types.values().stream()
            .filter(ApiType::isNamespaced)
            .forEach(within -> empty(within, place.name()));
      }
      objects.remove(type, object);
    }
    ObjectNode status = yamlOf("{kind: Status, apiVersion: v1, metadata: {}, status: Success}");
    status
        .putObject("details")
        .put("name", place.name())
        .put("kind", type.plural())
        .put("uid", object.at("/metadata/uid").asText());
    return new Answer(200, status);
  }

  private void empty(ApiType type, String namespace) {
    objects
        .list(type, namespace, any -> true, 0, "")
        .objects()
        .forEach(object -> objects.remove(type, object));
  }

  /** All that an audit record may tell of a write. */
  private static ObjectNode entry(
      Request request, Place place, ObjectNode body, Answer answer, Instant received) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    entry.put("auditID", UUID.randomUUID().toString()).put("stage", "ResponseComplete");
    entry.put("requestURI", request.uri().toString());
    entry.put(
        "verb",
        Map.of("POST", "create", "PUT", "update", "PATCH", "patch", "DELETE", "delete")
            .getOrDefault(request.method(), "unknown"));
    ObjectNode user = entry.putObject("user").put("username", request.user().name());
    request.user().groups().forEach(user.withArray("groups")::add);
    entry.putArray("sourceIPs").add("127.0.0.1");
    entry.put("userAgent", request.header("User-Agent"));
    JsonNode metadata = answer.object().path("metadata");
    entry
        .putObject("objectRef")
        .put("resource", place.type().plural())
        .put("namespace", place.namespace())
        .put("name", place.name().isEmpty() ? metadata.path("name").asText() : place.name())
        .put("apiGroup", place.type().group())
        .put("apiVersion", place.type().version())
        .put("subresource", place.subresource());
    entry.putObject("responseStatus").put("code", answer.code());
    entry.set("requestObject", body);
    ObjectNode written = answer.object().deepCopy();
    written.withObject("/metadata").remove("managedFields");
    entry.set("responseObject", written);
    entry.put("requestReceivedTimestamp", received.truncatedTo(ChronoUnit.MICROS).toString());
    return entry.put("stageTimestamp", Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
  }

  private static ObjectNode failure(ApiRefusal refusal) {
    ObjectNode status = yamlOf("{kind: Status, apiVersion: v1, metadata: {}, status: Failure}");
    status.put("message", refusal.getMessage()).put("reason", refusal.reason);
    return status.put("code", refusal.code);
  }

  private static void send(HttpExchange exchange, int status, ObjectNode json) throws IOException {
    byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
