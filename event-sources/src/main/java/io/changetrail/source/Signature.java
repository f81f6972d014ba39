// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What webhooks are authenticated by. Every comparison takes constant time. */
public final class Signature {
  private static final String ALGORITHM = "HmacSHA256";

  private Signature() {}

  /**
   * The HMAC-SHA256 of some bytes.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104, HMAC</a>
   */
  public static byte[] hmacSha256(byte[] secret, byte[] signed) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      return mac.doFinal(signed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
    }
  }

  /** Whether a header field is {@code prefix} and the hex HMAC-SHA256 of the body. */
  public static boolean isHexHmac(
      Optional<String> header, String prefix, byte[] secret, byte[] body) {
    return isEqual(header, prefix + HexFormat.of().formatHex(hmacSha256(secret, body)));
  }

  /** Whether a header field has this value. */
  public static boolean isEqual(Optional<String> header, String expected) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8),
        header.orElse("").getBytes(StandardCharsets.UTF_8));
  }
}
