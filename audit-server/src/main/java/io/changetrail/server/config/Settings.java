// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.grouping.ChangeGrouping;
import io.changetrail.server.access.Tenants;
import io.changetrail.server.access.Workloads;
import io.changetrail.server.http.HttpSettings;
import io.changetrail.server.http.Names;
import io.changetrail.source.repository.PathPattern;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Settings by dotted key. A file gives them, the environment outweighs the file, and flags outweigh
 * both. A key that nobody knows is an error, so that a misspelt one is not silently the default.
 */
public final class Settings {
  /**
   * The prefix of environment variables; {@code listen.port} is {@code CHANGETRAIL_LISTEN_PORT}.
   */
  public static final String VARIABLE_PREFIX = "CHANGETRAIL_";

  /** Where the server listens unless told otherwise. */
  public static final int USUAL_PORT = 8321;

  /** Variables of the command line and the launcher, which are no settings of the server. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "CHANGETRAIL_SERVER",
          "CHANGETRAIL_TOKEN",
          "CHANGETRAIL_TOKEN_FILE",
          "CHANGETRAIL_REDACTION_KEY",
          "CHANGETRAIL_REDACTION_KEY_FILE",
          "CHANGETRAIL_CONFIG",
          "CHANGETRAIL_JAVA_OPTS");

  private static final String KINDS = "retention.kinds.";
  private static final String WEBHOOKS = "webhooks.";
  private static final Pattern WEBHOOK =
      Pattern.compile("webhooks\\.([a-z0-9-]{1,64})\\.(provider|tenant|secret|sources)");

  private static final String OIDC = "oidc.";
  private static final Pattern WORKLOADS =
      Pattern.compile(
          "oidc\\.([a-z0-9-]{1,64})\\.(issuer|keys|server|audience|tenant|owners|repositories|refs"
              + "|environments|workflows|otherEnvironments)");

  private static final Pattern GITHUB =
      Pattern.compile(
          "github\\.([a-z0-9-]{1,64})\\.(api|server|tenant|appId|privateKey|token|servicePaths"
              + "|configPaths|flagPaths|environment|auditLogs)");

  private static final String PROMETHEUS = "prometheus.";
  private static final Pattern PROMETHEUS_KEY =
      Pattern.compile(
          "prometheus\\.([a-z0-9-]{1,64})\\.(url|tenant|username|password|bearerToken|aliases|timeout|serviceLabels"
              + "|queries\\.[a-zA-Z_][a-zA-Z0-9_]{0,127})");

  private static final String NOTIFY = "notify.";
  private static final Pattern RECEIVER =
      Pattern.compile("notify\\.([a-z0-9-]{1,64})\\.(type|url|tenant|top)");

  private static final Pattern LINK = Pattern.compile("links\\.([a-z0-9-]{1,64})");

  /** Each key, and what it is for. */
  private static final Map<String, String> KEYS = keys();

  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();

  private record Value(String text, String origin) {}

  private static Map<String, String> keys() {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("listen.host", "address to listen on; 127.0.0.1");
    keys.put("listen.port", "port, 0 takes a free one; 8321");
    keys.put("listen.tls.certificates", "PEM file with certificate and chain, leaf first");
    keys.put("listen.tls.privateKey", "PEM file with the unencrypted PKCS #8 key");
    keys.put("data", "directory of the server's files; ./data");
    keys.put("store", "which store; embedded:<data>/store");
    keys.put("catalogue", "catalogue files, read again when they change; none");
    keys.put(
        "topology",
        "files that tell who calls whom, read again when they change: declared, of Jaeger, Zipkin,"
            + " OTLP or Kubernetes; none");
    keys.put("redaction.secretPaths", "JSON Pointers that are always secrets, * for any segment");
    keys.put("events.maxFuture", "how far ahead of our clock an event may be; PT1H");
    keys.put("events.maxPast", "how old an event may be; P3650D");
    keys.put(
        "changes.finishLimit",
        "how long a started change may lack a finish before its outcome is unknown; PT6H");
    keys.put("retention.keep", "how long events are kept; for ever");
    keys.put("retention.kinds", "other spans for some kinds, for example config: P730D");
    keys.put("retention.every", "how often old events are looked for; PT1H");
    keys.put(
        "webhooks",
        "senders by name, each with provider, secret (env:NAME or file:PATH), and optionally tenant"
            + " and sources; none");
    keys.put(
        "oidc",
        "jobs of GitHub Actions that may send, by name, each with issuer, audience, owners (ids),"
            + " and optionally repositories (ids), refs, environments, workflows,"
            + " otherEnvironments (unverified or refuse), server, keys and tenant; none");
    keys.put(
        "github",
        "GitHubs whose API may be asked, by name, each with appId and privateKey, or token (env:NAME"
            + " or file:PATH), and optionally servicePaths, configPaths, flagPaths, environment,"
            + " auditLogs, api, server and tenant; none");
    keys.put(
        "prometheus",
        "Prometheus servers by name, each with url, and optionally tenant, bearerToken, or username"
            + " and password (env:NAME or file:PATH), timeout, serviceLabels and queries by signal; none");
    keys.put(
        "notify",
        "who is told of answers to alerts, by name, each with type (slack or webhook) and url"
            + " (env:NAME or file:PATH), and optionally top and tenant; none");
    keys.put(
        "links",
        "links to metrics, traces and logs by name, each a URL with {service}, {environment}, {from}"
            + " and {to} (ISO 8601), {fromMillis} and {toMillis}; none");
    keys.put("limits.memoryPercent", "share of the heap for requests in flight; 33");
    keys.put("limits.maxBodyBytes", "size of one request's body, decompressed; 26214400");
    return keys;
  }

  /** Every key with its meaning and default, in the order of the documentation. */
  public static Map<String, String> explained() {
    return java.util.Collections.unmodifiableMap(KEYS);
  }

  /**
   * Takes the settings of a YAML file.
   *
   * @throws InvalidConfigException if it cannot be read or has an unknown key
   */
  public Settings withFile(Path file) {
    JsonNode tree;
    try {
      tree =
          YAMLMapper.builder(
                  YAMLFactory.builder()
                      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                      .build())
              .build()
              .readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new InvalidConfigException(file + " is not valid YAML: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidConfigException("cannot read " + file + ": " + e.getMessage(), e);
    }
    if (tree != null && !tree.isNull() && !tree.isMissingNode()) {
      flatten("", tree, file.toString());
    }
    return this;
  }

  private void flatten(String key, JsonNode node, String origin) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              field ->
                  flatten(
                      key.isEmpty() ? field.getKey() : key + "." + field.getKey(),
                      field.getValue(),
                      origin));
    } else if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(item.asText()));
      put(key, String.join(",", items), origin);
    } else {
      put(key, node.asText(), origin);
    }
  }

  /**
   * Takes the settings among environment variables.
   *
   * @throws InvalidConfigException for a variable with our prefix that means nothing
   */
  public Settings withEnvironment(Map<String, String> environment) {
    this.environment.putAll(environment);
    Map<String, String> keyOf = new LinkedHashMap<>();
    KEYS.keySet().forEach(key -> keyOf.put(variable(key), key));
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(VARIABLE_PREFIX) && !OTHER_VARIABLES.contains(name)) {
            String key = keyOf.get(name);
            if (key == null) {
              throw new InvalidConfigException(
                  "the environment variable "
                      + name
                      + " means nothing"
                      + didYouMean(name, keyOf.keySet()));
            }
            put(key, value, name);
          }
        });
    return this;
  }

  /**
   * Takes one setting of the command line.
   *
   * @param origin the flag, for messages
   */
  public Settings with(String key, String value, String origin) {
    put(key, value, origin);
    return this;
  }

  private static String variable(String key) {
    return VARIABLE_PREFIX
        + key.replace('.', '_').replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  private void put(String key, String value, String origin) {
    if (key.startsWith(WEBHOOKS) && !WEBHOOK.matcher(key).matches()) {
      throw new InvalidConfigException(
          origin
              + ": '"
              + key
              + "' is not a setting; a webhook has a name of lower-case letters, digits and '-', and"
              + " below it provider, secret, tenant and sources");
    }
    if (key.startsWith(PROMETHEUS) && !PROMETHEUS_KEY.matcher(key).matches()) {
      throw new InvalidConfigException(
          origin
              + ": '"
              + key
              + "' is not a setting; a Prometheus server has a name of lower-case letters, digits and"
              + " '-', and below it url, tenant, username, password, bearerToken, aliases, timeout,"
              + " serviceLabels and"
              + " queries");
    }
    if (key.startsWith(OIDC) && !WORKLOADS.matcher(key).matches()) {
      throw new InvalidConfigException(
          origin
              + ": '"
              + key
              + "' is not a setting; a trusted issuer has a name of lower-case letters, digits and"
              + " '-', and below it issuer, audience, owners, repositories, refs, environments,"
              + " workflows, otherEnvironments, server, keys and tenant");
    }
    if (!KEYS.containsKey(key)
        && !key.startsWith(KINDS)
        && !key.startsWith(OIDC)
        && !key.startsWith(WEBHOOKS)
        && !key.startsWith(PROMETHEUS)
        && !GITHUB.matcher(key).matches()
        && !RECEIVER.matcher(key).matches()
        && !LINK.matcher(key).matches()) {
      throw new InvalidConfigException(
          origin + ": '" + key + "' is not a setting" + didYouMean(key, KEYS.keySet()));
    }
    values.put(key, new Value(value, origin));
  }

  private static String didYouMean(String name, Set<String> known) {
    return Names.nearest(name, known).map(near -> "; did you mean '" + near + "'?").orElse("");
  }

  /** The configuration, with defaults for what was not set. */
  public ServerConfig config() {
    Path data = get("data", Path::of, Path.of("data"));
    return new ServerConfig(
        new ServerConfig.Listen(
            get("listen.host", Function.identity(), "127.0.0.1"),
            get("listen.port", text -> number(text, 0, 65_535), USUAL_PORT),
            tls()),
        data,
        get("store", URI::create, embedded(data)),
        list("catalogue").stream().map(Path::of).toList(),
        new TreeSet<>(list("redaction.secretPaths")),
        new ServerConfig.Times(
            get("events.maxFuture", Settings::duration, Duration.ofHours(1)),
            get("events.maxPast", Settings::duration, Duration.ofDays(3650))),
        get("changes.finishLimit", Settings::duration, ChangeGrouping.FINISH_LIMIT),
        new ServerConfig.Retention(
            optional("retention.keep", Settings::duration).orElse(null),
            kinds(),
            get("retention.every", Settings::duration, Duration.ofHours(1))),
        get("limits.memoryPercent", text -> number(text, 5, 80), 33),
        get("limits.maxBodyBytes", text -> number(text, 1 << 16, 1 << 28), 25 << 20),
        webhooks(),
        names(WORKLOADS).stream().map(this::workloads).toList(),
        names(GITHUB).stream().map(this::github).toList(),
        names(PROMETHEUS_KEY).stream().map(this::prometheus).toList(),
        names(RECEIVER).stream().map(this::receiver).toList(),
        list("topology").stream().map(Path::of).toList(),
        names(LINK).stream()
            .map(name -> parsed("links." + name, url -> new LinkTemplate(name, url)))
            .toList());
  }

  /** The embedded store within a data directory. */
  public static URI embedded(Path data) {
    return URI.create("embedded:" + data.resolve("store").toString().replace(" ", "%20"));
  }

  private HttpSettings.@Nullable Tls tls() {
    Optional<Path> certificates = optional("listen.tls.certificates", Path::of);
    Optional<Path> key = optional("listen.tls.privateKey", Path::of);
    if (certificates.isPresent() != key.isPresent()) {
      throw new InvalidConfigException(
          "listen.tls needs both certificates and privateKey; set the other, or neither");
    }
    return certificates.isPresent() ? new HttpSettings.Tls(certificates.get(), key.get()) : null;
  }

  private Map<ChangeKind, Duration> kinds() {
    Map<ChangeKind, Duration> kinds = new LinkedHashMap<>();
    values.keySet().stream()
        .filter(key -> key.startsWith(KINDS))
        .forEach(
            key ->
                kinds.put(
                    parsed(key, text -> ChangeKind.of(key.substring(KINDS.length()))),
                    parsed(key, Settings::duration)));
    return kinds;
  }

  private List<ServerConfig.Webhook> webhooks() {
    return names(WEBHOOK).stream().map(this::webhook).toList();
  }

  private ServerConfig.Github github(String name) {
    String prefix = "github." + name + ".";
    Optional<String> appId = optional(prefix + "appId", Function.identity());
    Optional<Secret> key =
        optional(
            prefix + "privateKey",
            reference -> Secret.of(prefix + "privateKey", reference, environment));
    Optional<Credential> token = credential(prefix + "token");
    if (appId.isPresent() != key.isPresent() || appId.isPresent() == token.isPresent()) {
      throw new InvalidConfigException(prefix + ": give appId and privateKey, or token");
    }
    return new ServerConfig.Github(
        name,
        get(prefix + "tenant", Function.identity(), Tenants.DEFAULT),
        get(prefix + "api", Settings::safeUrl, URI.create("https://api.github.com")),
        get(prefix + "server", Settings::httpUrl, URI.create("https://github.com")),
        appId.orElse(null),
        key.orElse(null),
        token.orElse(null),
        servicePaths(prefix + "servicePaths"),
        patterns(prefix + "configPaths"),
        patterns(prefix + "flagPaths"),
        optional(prefix + "environment", Function.identity()).orElse(null),
        list(prefix + "auditLogs"));
  }

  private List<PathPattern> servicePaths(String key) {
    List<PathPattern> patterns = patterns(key);
    for (PathPattern pattern : patterns) {
      if (!pattern.toString().contains("{service}")) {
        throw new InvalidConfigException(
            key + ": '" + pattern + "' must say where the name of the service is: {service}");
      }
    }
    return patterns;
  }

  private List<PathPattern> patterns(String key) {
    return get(
        key,
        text -> Stream.of(text.strip().split("\\s*,\\s*", -1)).map(PathPattern::of).toList(),
        List.of());
  }

  private Workloads workloads(String name) {
    String prefix = OIDC + name + ".";
    for (String needed : List.of("issuer", "audience", "owners")) {
      if (list(prefix + needed).isEmpty()) {
        throw new InvalidConfigException(prefix + needed + " is needed");
      }
    }
    // Kept as text, since tokens repeat it to the letter; that it is a URL is only checked.
    String issuer = get(prefix + "issuer", Function.identity(), "");
    URI issuerUrl = parsed(prefix + "issuer", Settings::safeUrl);
    return new Workloads(
        name,
        get(prefix + "tenant", Function.identity(), Tenants.DEFAULT),
        issuer,
        get(prefix + "keys", Settings::safeUrl, URI.create(issuerUrl + "/.well-known/jwks")),
        optional(prefix + "server", Settings::httpUrl)
            .or(() -> githubOf(issuerUrl))
            .orElseThrow(
                () ->
                    new InvalidConfigException(
                        prefix + "server is needed: the address of the GitHub that runs the jobs")),
        get(prefix + "audience", Function.identity(), ""),
        ids(prefix + "owners"),
        ids(prefix + "repositories"),
        list(prefix + "refs"),
        list(prefix + "environments"),
        list(prefix + "workflows"),
        get(prefix + "otherEnvironments", Settings::keepsUnverified, true));
  }

  private Set<String> ids(String key) {
    Set<String> ids = new TreeSet<>(list(key));
    ids.stream()
        .filter(id -> !id.matches("[0-9]{1,20}"))
        .findFirst()
        .ifPresent(
            name -> {
              throw new InvalidConfigException(
                  key
                      + " has '"
                      + name
                      + "'; it takes ids, which are numbers: 'gh api repos/OWNER/NAME' shows .id and"
                      + " .owner.id");
            });
    return ids;
  }

  private static boolean keepsUnverified(String policy) {
    return switch (policy) {
      case "refuse" -> false;
      case "unverified" -> true;
      default -> throw new IllegalArgumentException("it must be unverified or refuse");
    };
  }

  /**
   * The GitHub behind an issuer of one of the documented forms.
   *
   * @see <a href="https://docs.github.com/actions/reference/security/oidc">OpenID Connect
   *     reference</a>
   */
  private static Optional<URI> githubOf(URI issuer) {
    String actions = "token.actions.";
    String host = issuer.getHost();
    if (host.equals("token.actions.githubusercontent.com")) {
      return Optional.of(URI.create("https://github.com"));
    }
    if (host.startsWith(actions) && host.endsWith(".ghe.com")) {
      return Optional.of(URI.create("https://" + host.substring(actions.length())));
    }
    return issuer.getPath().equals("/_services/token")
        ? Optional.of(URI.create("https://" + issuer.getAuthority()))
        : Optional.empty();
  }

  /** Keys that come over plain HTTP could be anybody's. */
  private static URI safeUrl(String text) {
    URI url = httpUrl(text);
    if (!"https".equals(url.getScheme()) && !"127.0.0.1".equals(url.getHost())) {
      throw new IllegalArgumentException("it must be an https URL");
    }
    return url;
  }

  /** The names that keys of this form stand under. */
  private Set<String> names(Pattern form) {
    Set<String> names = new TreeSet<>();
    for (String key : values.keySet()) {
      Matcher matcher = form.matcher(key);
      if (matcher.matches()) {
        names.add(matcher.group(1));
      }
    }
    return names;
  }

  private ServerConfig.Prometheus prometheus(String name) {
    String prefix = PROMETHEUS + name + ".";
    Optional<URI> url = optional(prefix + "url", Settings::httpUrl);
    Optional<String> username = optional(prefix + "username", Function.identity());
    Optional<Credential> password = credential(prefix + "password");
    Optional<Credential> bearer = credential(prefix + "bearerToken");
    if (url.isEmpty()) {
      throw new InvalidConfigException(prefix + "url is needed");
    }
    if (username.isPresent() != password.isPresent()
        || (bearer.isPresent() && username.isPresent())) {
      throw new InvalidConfigException(
          prefix + ": give username and password, or bearerToken, or neither");
    }
    Map<String, String> queries = new LinkedHashMap<>();
    String ofQueries = prefix + "queries.";
    values.keySet().stream()
        .filter(key -> key.startsWith(ofQueries))
        .forEach(
            key ->
                queries.put(key.substring(ofQueries.length()), get(key, Function.identity(), "")));
    List<String> labels = list(prefix + "serviceLabels");
    return new ServerConfig.Prometheus(
        name,
        get(prefix + "tenant", Function.identity(), Tenants.DEFAULT),
        url.get(),
        username.orElse(null),
        password.orElse(null),
        bearer.orElse(null),
        list(prefix + "aliases"),
        get(prefix + "timeout", Settings::duration, Duration.ofSeconds(5)),
        labels.isEmpty() ? ServerConfig.Prometheus.USUAL_SERVICE_LABELS : labels,
        queries);
  }

  private ServerConfig.Receiver receiver(String name) {
    String prefix = NOTIFY + name + ".";
    Optional<ServerConfig.Receiver.Type> type =
        optional(
            prefix + "type",
            text -> ServerConfig.Receiver.Type.valueOf(text.toUpperCase(Locale.ROOT)));
    Optional<Credential> url = credential(prefix + "url");
    if (type.isEmpty() || url.isEmpty()) {
      throw new InvalidConfigException(prefix + (type.isEmpty() ? "type" : "url") + " is needed");
    }
    return new ServerConfig.Receiver(
        name,
        type.get(),
        get(prefix + "tenant", Function.identity(), Tenants.DEFAULT),
        url.get(),
        get(prefix + "top", text -> number(text, 1, 10), 3));
  }

  private Optional<Credential> credential(String key) {
    return optional(key, reference -> Credential.of(key, reference, environment));
  }

  private static URI httpUrl(String text) {
    URI url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!http || url.getHost() == null || url.getUserInfo() != null || url.getQuery() != null) {
      throw new IllegalArgumentException(
          "it must be an http or https URL with a host and perhaps a path, and nothing else");
    }
    return url;
  }

  private ServerConfig.Webhook webhook(String name) {
    String prefix = WEBHOOKS + name + ".";
    for (String needed : List.of("provider", "secret")) {
      if (list(prefix + needed).isEmpty()) {
        throw new InvalidConfigException(prefix + needed + " is needed");
      }
    }
    return new ServerConfig.Webhook(
        name,
        get(prefix + "provider", Function.identity(), ""),
        get(prefix + "tenant", Function.identity(), Tenants.DEFAULT),
        list(prefix + "secret").stream()
            .map(reference -> Secret.of(prefix + "secret", reference, environment))
            .toList(),
        list(prefix + "sources"));
  }

  private List<String> list(String key) {
    Value value = values.get(key);
    return value == null || value.text().isBlank()
        ? List.of()
        : List.of(value.text().strip().split("\\s*,\\s*", -1));
  }

  private <T> T get(String key, Function<String, T> parser, T otherwise) {
    return values.containsKey(key) ? parsed(key, parser) : otherwise;
  }

  private <T> Optional<T> optional(String key, Function<String, T> parser) {
    return values.containsKey(key) ? Optional.of(parsed(key, parser)) : Optional.empty();
  }

  private <T> T parsed(String key, Function<String, T> parser) {
    Value value = java.util.Objects.requireNonNull(values.get(key));
    try {
      return parser.apply(value.text());
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new InvalidConfigException(
          value.origin() + ": " + key + " cannot be '" + value.text() + "': " + e.getMessage(), e);
    }
  }

  private static int number(String text, int lowest, int highest) {
    try {
      int number = Integer.parseInt(text);
      if (number >= lowest && number <= highest) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("it must be a whole number", e);
    }
    throw new IllegalArgumentException("it must be from " + lowest + " to " + highest);
  }

  private static Duration duration(String text) {
    try {
      Duration duration = Duration.parse(text);
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException("it must be longer than nothing");
      }
      return duration;
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "it must be an ISO 8601 duration such as PT15M or P400D", e);
    }
  }
}
