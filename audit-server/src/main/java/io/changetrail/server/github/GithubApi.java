// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.http.BoundedBody;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * GitHub's REST API for one App or token. Asks the configured host and no other, follows no
 * redirect, and says when GitHub wants to be left alone.
 *
 * @see <a href="https://docs.github.com/rest">REST API</a>
 */
final class GithubApi {
  private static final Logger LOG = LoggerFactory.getLogger(GithubApi.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_BODY = 32 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a delivery of it needs, of a hundred fields; there may be thousands of repositories. */
  private static final List<String> KEPT_OF_A_REPOSITORY =
      List.of("id", "full_name", "html_url", "default_branch", "created_at", "updated_at");

  private static final Pattern NEXT = Pattern.compile("<([^>]+)>; *rel=\"next\"");

  private final ServerConfig.Github settings;
  private final @Nullable AppKey app;
  private final InstantSource clock;
  private final HttpClient http =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(TIMEOUT)
          .build();
  private final Map<String, Installed> tokens = new HashMap<>();
  private volatile Instant silentUntil = Instant.MIN;
  private volatile Instant scarceUntil = Instant.MIN;

  private record Installed(String token, Instant expires) {}

  GithubApi(ServerConfig.Github settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    app =
        settings.appId() == null || settings.privateKey() == null
            ? null
            : new AppKey(
                "github." + settings.name() + ".privateKey",
                settings.appId(),
                settings.privateKey().bytes());
  }

  boolean isApp() {
    return app != null;
  }

  /**
   * An object about a repository.
   *
   * @param repository {@code owner/name}
   * @param path below the repository, for example {@code /compare/a...b}
   */
  JsonNode get(String repository, String path) throws IOException, InterruptedException {
    return body(send("GET", url("/repos/" + repository + path), "Bearer " + token(repository)));
  }

  /**
   * What a list about a repository has, page by page.
   *
   * @param field that holds the list; {@code null} if the answer is the list
   * @param more whether to go on behind an entry
   */
  List<JsonNode> list(
      String repository, String path, @Nullable String field, Predicate<JsonNode> more)
      throws IOException, InterruptedException {
    return pages(url("/repos/" + repository + path), "Bearer " + token(repository), field, more);
  }

  /** What a list about an organisation has, page by page. */
  List<JsonNode> listOfOrganization(String organization, String path, Predicate<JsonNode> more)
      throws IOException, InterruptedException {
    String of = "/orgs/" + organization;
    return pages(url(of + path), "Bearer " + token(organization, of), null, more);
  }

  /**
   * Looks at what a list about the App itself has, page by page and keeping none: it may be long.
   *
   * @param look whether to go on behind an entry
   */
  void eachOfApp(String path, Predicate<JsonNode> look) throws IOException, InterruptedException {
    each(url(path), asApp(), null, look);
  }

  /** Asks for something to be done for the App itself. */
  void postAsApp(String path) throws IOException, InterruptedException {
    send("POST", url(path), asApp());
  }

  /**
   * The repositories that the App is installed on, as webhooks name them. Where an owner has
   * suspended it, or removes it meanwhile, there are none to see.
   */
  List<JsonNode> repositories() throws IOException, InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode installation :
        pages(url("/app/installations?per_page=100"), asApp(), null, any -> true)) {
      if (installation.path("suspended_at").isTextual()) {
        continue;
      }
      try {
        String token = install(installation.path("id").asText()).token();
        each(
            url("/installation/repositories?per_page=100"),
            "Bearer " + token,
            "repositories",
            repository -> all.add(((ObjectNode) repository).retain(KEPT_OF_A_REPOSITORY)));
      } catch (ApiException e) {
        if (e.isPassing()) {
          throw e;
        }
        LOG.warn(
            "github.{}: repositories of {} cannot be listed: {}",
            settings.name(),
            installation.at("/account/login").asText(),
            e.getMessage());
      }
    }
    return all;
  }

  /**
   * Whether only a fifth is left of what GitHub lets one ask within the hour. That is for what
   * happens now; history can wait.
   */
  boolean isScarce() {
    return clock.instant().isBefore(scarceUntil);
  }

  /**
   * Whether GitHub answers at all. If it does, and fails at one question again and again, that
   * question is to blame.
   */
  boolean answers() throws InterruptedException {
    try {
      return exchange(HttpRequest.newBuilder(url("/rate_limit")).timeout(TIMEOUT).build())
              .statusCode()
          < 500;
    } catch (ApiException e) {
      return false;
    }
  }

  private List<JsonNode> pages(
      URI first, String authorization, @Nullable String field, Predicate<JsonNode> more)
      throws IOException, InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    each(first, authorization, field, entry -> more.test(entry) && all.add(entry));
    return all;
  }

  private void each(
      URI first, String authorization, @Nullable String field, Predicate<JsonNode> look)
      throws IOException, InterruptedException {
    Optional<URI> next = Optional.of(first);
    while (next.isPresent()) {
      HttpResponse<byte[]> answer = send("GET", next.get(), authorization);
      JsonNode page = field == null ? body(answer) : body(answer).path(field);
      for (JsonNode entry : page) {
        if (!look.test(entry)) {
          return;
        }
      }
      next = next(answer.headers());
    }
  }

  private Optional<URI> next(HttpHeaders headers) throws ApiException {
    Matcher link = NEXT.matcher(headers.firstValue("Link").orElse(""));
    if (!link.find()) {
      return Optional.empty();
    }
    URI next = URI.create(link.group(1));
    if (!settings.api().getAuthority().equals(next.getAuthority())) {
      throw ApiException.lasting("the next page is at another host, which is not asked");
    }
    return Optional.of(next);
  }

  private URI url(String path) {
    return URI.create(settings.api() + path);
  }

  private String asApp() {
    if (app == null) {
      throw new IllegalStateException("only an App has installations and deliveries");
    }
    return "Bearer " + app.token(clock.instant());
  }

  /** The App's token for the installation that has a repository; one lasts an hour. */
  private String token(String repository) throws IOException, InterruptedException {
    String owner = repository.substring(0, Math.max(0, repository.indexOf('/')));
    return token(owner, "/repos/" + repository);
  }

  private synchronized String token(String owner, String installedOn)
      throws IOException, InterruptedException {
    if (settings.token() != null) {
      return settings.token().read();
    }
    Installed known = tokens.get(owner);
    if (known == null || clock.instant().plusSeconds(120).isAfter(known.expires())) {
      JsonNode installation = body(send("GET", url(installedOn + "/installation"), asApp()));
      known = install(installation.path("id").asText());
      tokens.put(owner, known);
    }
    return known.token();
  }

  private synchronized void forget(String authorization) {
    tokens.values().removeIf(known -> authorization.equals("Bearer " + known.token()));
  }

  private Installed install(String installation) throws IOException, InterruptedException {
    JsonNode made =
        body(send("POST", url("/app/installations/" + installation + "/access_tokens"), asApp()));
    return new Installed(
        made.path("token").asText(), Instant.parse(made.path("expires_at").asText()));
  }

  private static JsonNode body(HttpResponse<byte[]> answer) throws IOException {
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw ApiException.passing(
          "GET " + answer.uri().getPath() + " is answered with what is no JSON", Duration.ZERO);
    }
  }

  private HttpResponse<byte[]> send(String method, URI url, String authorization)
      throws IOException, InterruptedException {
    Duration silence = Duration.between(clock.instant(), silentUntil);
    if (!silence.isNegative() && !silence.isZero()) {
      throw ApiException.passing("GitHub wants to be left alone until " + silentUntil, silence);
    }
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(TIMEOUT)
            .header("Accept", "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28")
            .header("User-Agent", "changetrail")
            .header("Authorization", authorization)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<byte[]> answer = exchange(request);
    int status = answer.statusCode();
    number(answer, "X-RateLimit-Remaining")
        .filter(left -> left < number(answer, "X-RateLimit-Limit").orElse(0L) / 5)
        .flatMap(left -> number(answer, "X-RateLimit-Reset"))
        .ifPresent(reset -> scarceUntil = Instant.ofEpochSecond(reset));
    if (status / 100 == 2) {
      return answer;
    }
    String what = method + " " + url.getPath() + " is answered " + status;
    Optional<Duration> wait = wait(answer);
    // Whoever asks on is asked to wait for longer, so nobody does, whatever it is about.
    wait.ifPresent(pause -> silentUntil = clock.instant().plus(pause));
    if (status == 401) {
      forget(authorization); // the App may have been installed anew, which ends its tokens
    }
    throw wait.isPresent() || status >= 500 || status == 401
        ? ApiException.passing(what, wait.orElse(Duration.ZERO))
        : ApiException.lasting(what);
  }

  /** Within a time that counts for all of it: a body may come byte by byte. */
  private HttpResponse<byte[]> exchange(HttpRequest request)
      throws ApiException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request,
            any ->
                new BoundedBody(
                    MAX_BODY,
                    () ->
                        new IOException("the answer is longer than " + (MAX_BODY >> 20) + " MiB")));
    try {
      return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      answer.cancel(true);
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw ApiException.passing(
          "no answer from " + request.uri().getHost() + ": " + cause, Duration.ZERO);
    }
  }

  /** How long GitHub asks to be left alone, if it does. */
  private Optional<Duration> wait(HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    if (status != 403 && status != 429) {
      return Optional.empty();
    }
    Optional<Long> after = number(answer, "Retry-After");
    if (after.isPresent()) {
      return after.map(Duration::ofSeconds);
    }
    if (number(answer, "X-RateLimit-Remaining").filter(left -> left == 0).isPresent()) {
      Instant reset = Instant.ofEpochSecond(number(answer, "X-RateLimit-Reset").orElse(0L));
      Duration until = Duration.between(clock.instant(), reset);
      return Optional.of(until.isNegative() ? Duration.ZERO : until);
    }
    // GitHub's secondary limits: where nothing says for how long, a minute at least.
    return status == 429
            || new String(answer.body(), StandardCharsets.UTF_8).contains("secondary rate limit")
        ? Optional.of(Duration.ofMinutes(1))
        : Optional.empty();
  }

  private static Optional<Long> number(HttpResponse<byte[]> answer, String header) {
    return answer
        .headers()
        .firstValue(header)
        .filter(text -> text.matches("[0-9]{1,12}"))
        .map(Long::valueOf);
  }
}
