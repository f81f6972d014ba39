// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in place of a secret: {@code hmac-sha256:<keyId>:<hex>}, or {@code redacted} where
 * there was no key. Within ids, whose length is bounded and which must stay different from each
 * other, it is {@code redacted-<hex>}.
 */
public final class RedactedValue {
  /** In place of a secret for which there was no key. */
  public static final String UNKEYED = "redacted";

  /** How many hex digits of the hash stand in place of a secret within an id: 128 bits. */
  public static final int ID_DIGITS = 32;

  private static final Pattern FORM =
      Pattern.compile("redacted(?:-[0-9a-f]{32})?|hmac-sha256:([A-Za-z0-9_-]{1,32}):[0-9a-f]{64}");

  private RedactedValue() {}

  public static boolean is(String value) {
    return (value.startsWith("hmac") || value.startsWith("red")) && FORM.matcher(value).matches();
  }

  /** The id of the key with which a value was redacted, if it was, and with a key. */
  public static Optional<String> keyIdOf(String value) {
    Matcher matcher = FORM.matcher(value);
    return matcher.matches() ? Optional.ofNullable(matcher.group(1)) : Optional.empty();
  }
}
