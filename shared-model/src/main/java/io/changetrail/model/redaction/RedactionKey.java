// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import java.security.GeneralSecurityException;
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

  private final String keyId;
  private final byte[] secret;

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
    this.secret = secret.clone();
  }

  String hash(String value) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      byte[] digest = mac.doFinal(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      return "hmac-sha256:" + keyId + ":" + HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "RedactionKey[" + keyId + "]";
  }
}
