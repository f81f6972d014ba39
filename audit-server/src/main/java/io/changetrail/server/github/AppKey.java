// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.changetrail.server.config.InvalidConfigException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;

/**
 * The private key of a GitHub App, with which it shows who it is.
 *
 * @see <a
 *     href="https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app">Generating
 *     a JSON Web Token</a>
 */
final class AppKey {
  /** GitHub takes ten minutes at most; its clock may be behind ours or ahead. */
  private static final Duration VALID = Duration.ofMinutes(8);

  private static final Duration SKEW = Duration.ofMinutes(1);

  /** What makes an RSA key of PKCS #1 one of PKCS #8: version 0 and the algorithm, in DER. */
  private static final byte[] RSA = Base64.getDecoder().decode("AgEAMA0GCSqGSIb3DQEBAQUA");

  private final String appId;
  private final PrivateKey key;

  /**
   * The key of an App.
   *
   * @param pem as GitHub gives it out, PKCS #1, or PKCS #8
   * @throws InvalidConfigException if it is neither; without the key in the message
   */
  AppKey(String setting, String appId, byte[] pem) {
    this.appId = appId;
    String text = new String(pem, StandardCharsets.US_ASCII);
    try {
      byte[] der =
          Base64.getMimeDecoder().decode(text.replaceAll("-----(BEGIN|END)[^-]*-----", ""));
      byte[] pkcs8 = text.contains("BEGIN RSA PRIVATE KEY") ? wrapped(der) : der;
      key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new InvalidConfigException(
          setting + " is no RSA key in PEM, as GitHub gives it out for an App", e);
    }
  }

  private static byte[] wrapped(byte[] pkcs1) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(RSA);
    body.writeBytes(element(0x04, pkcs1));
    return element(0x30, body.toByteArray());
  }

  /** DER: a tag, a length and the content. */
  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      out.write(0x82);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  String token(Instant now) {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.RS256),
            new JWTClaimsSet.Builder()
                .issuer(appId)
                .issueTime(Date.from(now.minus(SKEW)))
                .expirationTime(Date.from(now.plus(VALID)))
                .build());
    try {
      token.sign(new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("an RSA key signs", e);
    }
    return token.serialize();
  }
}
