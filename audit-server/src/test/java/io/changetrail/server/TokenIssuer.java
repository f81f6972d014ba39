// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Issues id-tokens as GitHub does, and serves its keys. */
final class TokenIssuer implements AutoCloseable {
  static final String AUDIENCE = "https://changetrail.acme.example";

  /** A claim of this value is left out. */
  static final String ABSENT = "absent";

  // Made once, which takes longer than a test.
  private static final RSAKey FIRST = rsa("1");
  private static final RSAKey SECOND = rsa("2");
  private static final RSAKey NOBODYS = rsa("nobodys");
  private static final ECKey ELLIPTIC = elliptic("ec");

  private final HttpServer http;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private volatile RSAKey key = FIRST;
  private volatile boolean failing;

  private TokenIssuer() throws Exception {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/.well-known/jwks",
        exchange -> {
          requests.incrementAndGet();
          byte[] keys =
              new JWKSet(List.of(key, ELLIPTIC)).toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(failing ? 500 : 200, keys.length);
          exchange.getResponseBody().write(keys);
          exchange.close();
          answered.incrementAndGet();
        });
  }

  private static RSAKey rsa(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static ECKey elliptic(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  static TokenIssuer start() throws Exception {
    TokenIssuer issuer = new TokenIssuer();
    issuer.http.start();
    return issuer;
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** How often its keys were asked for. */
  int requests() {
    return requests.get();
  }

  int answered() {
    return answered.get();
  }

  /** Whether requests for its keys fail from now on. */
  void fail(boolean now) {
    failing = now;
  }

  /** Signs with another key from now on. */
  void rotate() throws Exception {
    key = SECOND;
  }

  /** A token of a job that deploys acme/checkout to production, but for these claims. */
  String token(Map<String, Object> claims) throws Exception {
    return signed(JWSAlgorithm.RS256, key.getKeyID(), new RSASSASigner(key), claims);
  }

  String elliptic() throws Exception {
    return signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(ELLIPTIC), Map.of());
  }

  String unsigned() {
    return new PlainJWT(claims(Map.of())).serialize() + "e30";
  }

  /** With the public key, which everybody knows, as the secret. */
  String signedByHmac() throws Exception {
    byte[] known = key.toPublicJWK().toString().getBytes(StandardCharsets.UTF_8);
    return signed(JWSAlgorithm.HS256, key.getKeyID(), new MACSigner(known), Map.of());
  }

  String signedByOther() throws Exception {
    return signed(JWSAlgorithm.RS256, "nobodys", new RSASSASigner(NOBODYS), Map.of());
  }

  private String signed(
      JWSAlgorithm algorithm, String keyId, JWSSigner signer, Map<String, Object> claims)
      throws Exception {
    SignedJWT token =
        new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims(claims));
    token.sign(signer);
    return token.serialize();
  }

  private JWTClaimsSet claims(Map<String, Object> differently) {
    Instant now = Instant.now();
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(url())
            .audience(AUDIENCE)
            .issueTime(Date.from(now))
            .notBeforeTime(Date.from(now.minusSeconds(5)))
            .expirationTime(Date.from(now.plusSeconds(300)))
            .claim("repository", "acme/checkout")
            .claim("repository_id", "1001")
            .claim("repository_owner", "acme")
            .claim("repository_owner_id", "4711")
            .claim("ref", "refs/heads/main")
            .claim("environment", "production")
            .claim(
                "job_workflow_ref", "acme/workflows/.github/workflows/deploy.yml@refs/heads/main")
            .claim("run_id", "9001")
            .claim("run_attempt", "1")
            .claim("actor", "grace");
    differently.forEach(
        (name, value) ->
            claims.claim(
                name,
                value.equals(ABSENT) ? null : value instanceof Instant at ? Date.from(at) : value));
    return claims.build();
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
