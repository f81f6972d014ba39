// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.http.Authenticator;
import io.changetrail.server.http.Caller;
import io.changetrail.server.http.Headers;
import io.changetrail.server.http.Problem;
import io.changetrail.store.Scope;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows callers by their bearer token. While no token was ever made, and the server listens on
 * loopback only, it is in development mode; the first token ends that for good.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">RFC 6750, bearer tokens</a>
 */
public final class TokenAuthenticator implements Authenticator {
  private final TokenFile tokens;
  private final Supplier<Catalogue> catalogue;
  private final InstantSource clock;
  private volatile boolean development;

  /**
   * @param host address that the server listens on
   * @throws IllegalStateException if others could reach the server and no token exists
   */
  public TokenAuthenticator(
      TokenFile tokens, String host, Supplier<Catalogue> catalogue, InstantSource clock) {
    this.tokens = tokens;
    this.catalogue = catalogue;
    this.clock = clock;
    development = tokens.tokens().isEmpty();
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
    if (development && !tokens.tokens().isEmpty()) {
      development = false;
    }
    return development;
  }

  @Override
  public Caller authenticate(Headers headers) {
    Optional<String> authorization = headers.one("authorization");
    if (authorization.isEmpty()) {
      return isDevelopment() ? DevelopmentMode.admit(headers) : Caller.anonymous();
    }
    String value = authorization.get();
    if (!value.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
      throw refused("the credential must be a bearer token");
    }
    return tokens
        .find(value.substring("bearer ".length()).strip(), clock.instant())
        .map(this::caller)
        .orElseThrow(() -> refused("the token is not known here, or has expired"));
  }

  private Caller caller(Token token) {
    Token.Ingest ingest = token.ingest();
    Token.Read read = token.read();
    return new Caller(
        token.name(),
        token.tenant(),
        ingest == null ? null : ingest::allows,
        read == null ? null : scope(token.tenant(), read),
        token.admin());
  }

  /** The grant under every name that events may use for it. */
  private Scope scope(String tenant, Token.Read read) {
    Catalogue known = catalogue.get();
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

  private static RuntimeException refused(String detail) {
    return Problem.of(401, "bad-credential", "The credential is not good", detail)
        .header("WWW-Authenticate", "Bearer realm=\"changetrail\", error=\"invalid_token\"")
        .asException();
  }
}
