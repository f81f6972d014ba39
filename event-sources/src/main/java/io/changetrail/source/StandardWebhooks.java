// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * Signatures as Standard Webhooks defines them: HMAC-SHA256 over id, moment of sending and body.
 *
 * @see <a
 *     href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
 *     Webhooks</a>
 */
public final class StandardWebhooks {
  /** How far the moment of sending may lie from now: an older delivery may be a replay. */
  public static final Duration TOLERANCE = Duration.ofMinutes(5);

  private static final String SERIALIZED_SECRET = "whsec_";
  private static final String SYMMETRIC = "v1,";

  private StandardWebhooks() {}

  /**
   * Whether one of the delivery's signatures is good and recent.
   *
   * @param secret its bytes, or its text after {@code whsec_} in Base64
   */
  public static boolean isAuthentic(Delivery delivery, byte[] secret, Instant now) {
    Optional<String> id = delivery.header("webhook-id");
    Optional<String> sent = delivery.header("webhook-timestamp");
    if (id.isEmpty() || sent.isEmpty() || !isRecent(sent.get(), now)) {
      return false;
    }
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    signed.writeBytes((id.get() + "." + sent.get() + ".").getBytes(StandardCharsets.UTF_8));
    signed.writeBytes(delivery.body());
    byte[] expected =
        Base64.getEncoder().encode(Signature.hmacSha256(key(secret), signed.toByteArray()));
    boolean good = false;
    for (String signature : delivery.header("webhook-signature").orElse("").split(" ", 16)) {
      good |=
          signature.startsWith(SYMMETRIC)
              && MessageDigest.isEqual(
                  expected,
                  signature.substring(SYMMETRIC.length()).getBytes(StandardCharsets.UTF_8));
    }
    return good;
  }

  private static boolean isRecent(String sent, Instant now) {
    try {
      Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(sent)), now).abs();
      return age.compareTo(TOLERANCE) <= 0;
    } catch (NumberFormatException | java.time.DateTimeException | ArithmeticException e) {
      return false;
    }
  }

  private static byte[] key(byte[] secret) {
    String text = new String(secret, StandardCharsets.UTF_8);
    if (!text.startsWith(SERIALIZED_SECRET)) {
      return secret;
    }
    try {
      return Base64.getDecoder().decode(text.substring(SERIALIZED_SECRET.length()));
    } catch (IllegalArgumentException e) {
      return secret; // it only looks like one: whoever signs uses it as it stands
    }
  }
}
