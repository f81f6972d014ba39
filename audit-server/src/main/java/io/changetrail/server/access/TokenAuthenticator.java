// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.http.Authenticator;
import io.changetrail.server.http.Caller;
import io.changetrail.server.http.Headers;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Vetting;
import io.changetrail.store.Scope;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows callers by their bearer token, which this server or the platform of a workload made, or by
 * the cookie that a browser got for one. While no token was ever made, and the server listens on
 * loopback only, it is in development mode; the first token ends that for good.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">RFC 6750, bearer tokens</a>
 */
public final class TokenAuthenticator implements Authenticator {
  private static final String CSRF_HEADER = "x-csrf-token";
  private static final Set<String> READING = Set.of("GET", "HEAD");

  private final TokenFile tokens;
  private final WorkloadTokens workloads;
  private final Function<String, Catalogue> catalogue;
  private final InstantSource clock;
  private final BrowserSessions sessions = new BrowserSessions();
  private volatile boolean development;

  /**
   * @param host address that the server listens on
   * @throws IllegalStateException if others could reach the server and no token exists
   */
  public TokenAuthenticator(
      TokenFile tokens,
      WorkloadTokens workloads,
      String host,
      Function<String, Catalogue> catalogue,
      InstantSource clock) {
    this.tokens = tokens;
    this.workloads = workloads;
    this.catalogue = catalogue;
    this.clock = clock;
    development = !tokens.anyWasMade();
    if (development && !DevelopmentMode.isLoopbackHost(host)) {
      throw new IllegalStateException(
          "no token exists, and the server would listen on "
              + host
              + ", where others can reach it: create one with 'changetrail token create', or listen"
              + " on 127.0.0.1");
    }
  }

  /** Whether requests need no credential now. */
  public boolean isDevelopment() {
    if (development && tokens.anyWasMade()) {
      development = false;
    }
    return development;
  }

  @Override
  public Caller authenticate(String method, Headers headers) {
    Optional<String> authorization = headers.one("authorization");
    if (authorization.isEmpty()) {
      return isDevelopment() ? DevelopmentMode.admit(headers) : byCookie(method, headers);
    }
    String value = authorization.get();
    if (!value.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
      throw refused("the credential must be a bearer token");
    }
    String credential = value.substring("bearer ".length()).strip();
    if (WorkloadTokens.isOfThatForm(credential)) {
      return workloads.caller(credential);
    }
    return tokens
        .find(credential, clock.instant())
        .map(this::caller)
        .orElseThrow(() -> refused("the token is not known here, or has expired"));
  }

  /**
   * A browser may look, and say which names mean the same if its token may, and nothing else: what
   * pages send is never taken for a capture side.
   */
  private Caller byCookie(String method, Headers headers) {
    Optional<BrowserSessions.BrowserSession> session = session(headers);
    Optional<Token> token =
        session.flatMap(known -> tokens.findById(known.tokenId(), clock.instant()));
    if (session.isEmpty() || token.isEmpty() || token.get().read() == null) {
      return Caller.anonymous();
    }
    if (!READING.contains(method)
        && headers.one(CSRF_HEADER).filter(session.get().csrf()::equals).isEmpty()) {
      throw Problem.of(
              403,
              "csrf",
              "The request was not made by the page",
              "repeat the csrf of GET /v1/session in the header field " + CSRF_HEADER)
          .asException();
    }
    return new Caller(
        token.get().name(),
        token.get().tenant(),
        null,
        scope(token.get().tenant(), token.get().read()),
        maySayAliases(token.get()),
        false,
        Vetting.NONE);
  }

  /** The session that a browser's cookie names. */
  Optional<BrowserSessions.BrowserSession> session(Headers headers) {
    return cookie(headers).flatMap(id -> sessions.find(id, clock.instant()));
  }

  /** Begins a session with the rights to read of a token; empty if it has none. */
  Optional<BrowserSessions.Begun> begin(String credential) {
    return tokens
        .find(credential, clock.instant())
        .filter(token -> token.read() != null)
        .map(token -> sessions.begin(token.id(), clock.instant()));
  }

  void end(Headers headers) {
    cookie(headers).ifPresent(sessions::end);
  }

  private static Optional<String> cookie(Headers headers) {
    return headers.all("cookie").stream()
        .flatMap(line -> Stream.of(line.split(";", -1)))
        .map(String::strip)
        .filter(pair -> pair.startsWith(BrowserSessions.COOKIE + "="))
        .map(pair -> pair.substring(BrowserSessions.COOKIE.length() + 1))
        .findFirst();
  }

  private Caller caller(Token token) {
    Token.Ingest ingest = token.ingest();
    Token.Read read = token.read();
    return new Caller(
        token.name(),
        token.tenant(),
        ingest == null ? null : ingest::allows,
        read == null ? null : scope(token.tenant(), read),
        maySayAliases(token),
        token.admin(),
        Vetting.NONE);
  }

  private static boolean maySayAliases(Token token) {
    return token.catalogue() || token.admin();
  }

  /** The grant under every name that events may use for it. */
  private Scope scope(String tenant, Token.Read read) {
    Catalogue known = catalogue.apply(tenant);
    Set<String> services = null;
    if (read.services() != null || read.teams() != null) {
      Set<String> owned = new LinkedHashSet<>();
      if (read.services() != null) {
        owned.addAll(read.services());
      }
      if (read.teams() != null) {
        read.teams().forEach(team -> owned.addAll(known.ownedBy(team)));
      }
      services = allNames(owned, known::serviceNames);
    }
    return new Scope(tenant, allNames(read.environments(), known::environmentNames), services);
  }

  private static @Nullable Set<String> allNames(
      @Nullable Collection<String> granted, Function<String, Set<String>> names) {
    if (granted == null) {
      return null;
    }
    Set<String> all = new LinkedHashSet<>();
    granted.forEach(name -> all.addAll(names.apply(name)));
    return all;
  }

  static RuntimeException refused(String detail) {
    return Problem.of(401, "bad-credential", "The credential is not good", detail)
        .header("WWW-Authenticate", "Bearer realm=\"changetrail\", error=\"invalid_token\"")
        .asException();
  }
}
