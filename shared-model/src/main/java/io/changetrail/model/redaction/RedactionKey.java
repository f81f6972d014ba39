// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that lets equal secrets be seen to be equal without being seen. One per tenant, given to
 * the producers, never sent to the server.
 */
public final class RedactionKey {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,32}");
  private static final String ALGORITHM = "HmacSHA256";

  private final String keyId;
  private final SecretKeySpec secret;

  /**
   * @param keyId names the key in the hashes; 1 to 32 letters, digits, {@code _} and {@code -}
   * @param secret at least 16 bytes
   */
  public RedactionKey(String keyId, byte[] secret) {
    if (!ID.matcher(keyId).matches()) {
      throw new IllegalArgumentException(
          "a key id has 1 to 32 letters, digits, '_' and '-', not '" + keyId + "'");
    }
    if (secret.length < 16) {
      throw new IllegalArgumentException("a redaction key has at least 16 bytes");
    }
    this.keyId = keyId;
    this.secret = new SecretKeySpec(secret, ALGORITHM);
  }

  /**
   * The key that people write as {@code KEYID:BASE64}.
   *
   * @throws IllegalArgumentException if it is none, without repeating it
   */
  public static RedactionKey parse(String text) {
    String line = text.strip();
    int colon = line.indexOf(':');
    try {
      return new RedactionKey(
          line.substring(0, Math.max(0, colon)),
          Base64.getDecoder().decode(line.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("is not KEYID:BASE64 with at least 16 bytes");
    }
  }

  String hash(String value) {
    return "hmac-sha256:" + keyId + ":" + hex(value);
  }

  /** The 64 hex digits of the hash. */
  String hex(String value) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      return HexFormat.of().formatHex(mac.doFinal(value.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "RedactionKey[" + keyId + "]";
  }
}
