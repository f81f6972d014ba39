// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/**
 * Issues id-tokens to a job of {@code acme/checkout} that asks as GitHub wants it, and its keys.
 */
final class TokenIssuer implements AutoCloseable {
  static final String PERMISSION = "may-ask-for-id-tokens";

  private final HttpServer http;
  private final RSAKey key = new RSAKeyGenerator(2048).keyID("1").generate();
  private final List<String> issued = new ArrayList<>();

  private TokenIssuer() throws Exception {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/.well-known/jwks", exchange -> answer(exchange, 200, keys()));
    http.createContext("/token", this::issue);
    http.start();
  }

  static TokenIssuer start() throws Exception {
    return new TokenIssuer();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** Every token that was given out. */
  synchronized List<String> issued() {
    return List.copyOf(issued);
  }

  private String keys() {
    return new JWKSet(key.toPublicJWK()).toString();
  }

  private synchronized void issue(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    String permission = exchange.getRequestHeaders().getFirst("Authorization");
    if (!("bearer " + PERMISSION).equals(permission) || !query.startsWith("api-version=2.0&")) {
      answer(exchange, 401, "{}");
      return;
    }
    String audience =
        URLDecoder.decode(query.replaceFirst(".*&audience=", ""), StandardCharsets.UTF_8);
    try {
      issued.add(token(audience));
    } catch (Exception e) {
      throw new IOException(e);
    }
    answer(exchange, 200, "{\"value\":\"" + issued.get(issued.size() - 1) + "\"}");
  }

  private String token(String audience) throws Exception {
    Instant now = Instant.now();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("1").build(),
            new JWTClaimsSet.Builder()
                .issuer(url())
                .audience(audience)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now.minusSeconds(5)))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .jwtID(UUID.randomUUID().toString())
                .claim("repository", "acme/checkout")
                .claim("repository_id", "1001")
                .claim("repository_owner_id", "4711")
                .claim("ref", "refs/heads/main")
                .claim("environment", "prod")
                .claim("run_id", "289782451")
                .claim("actor", "ben-okafor")
                .build());
    token.sign(new RSASSASigner(key));
    return token.serialize();
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
