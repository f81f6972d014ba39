// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in place of a secret: {@code hmac-sha256:<keyId>:<hex>}, or {@code redacted} where
 * there was no key.
 */
public final class RedactedValue {
  /** In place of a secret for which there was no key. */
  public static final String UNKEYED = "redacted";

  private static final Pattern FORM =
      Pattern.compile("redacted|hmac-sha256:([A-Za-z0-9_-]{1,32}):[0-9a-f]{64}");

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
