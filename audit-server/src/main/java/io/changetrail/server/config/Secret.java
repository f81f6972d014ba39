// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A secret that a setting refers to: {@code env:NAME} or {@code file:PATH}. The setting itself
 * never holds it, and neither do messages.
 */
public final class Secret {
  private static final int SHORTEST = 16;

  private final String reference;
  private final byte[] value;

  private Secret(String reference, byte[] value) {
    this.reference = reference;
    this.value = value;
  }

  /**
   * The secret behind a reference.
   *
   * @param key the setting, for messages
   * @throws InvalidConfigException if there is none, or one that can be guessed
   */
  static Secret of(String key, String reference, Map<String, String> environment) {
    String text;
    if (reference.startsWith("env:")) {
      text = environment.get(reference.substring("env:".length()));
      if (text == null) {
        throw new InvalidConfigException(key + ": " + reference + " is not set");
      }
    } else if (reference.startsWith("file:")) {
      try {
        text = Files.readString(Path.of(reference.substring("file:".length())));
      } catch (IOException | RuntimeException e) {
        throw new InvalidConfigException(key + ": cannot read " + reference, e);
      }
    } else {
      // Not repeated here: whoever wrote it may have written the secret itself.
      throw new InvalidConfigException(
          key + " must say where the secret is: env:NAME or file:PATH, never the secret itself");
    }
    byte[] value = text.strip().getBytes(StandardCharsets.UTF_8);
    if (value.length < SHORTEST) {
      throw new InvalidConfigException(
          key + ": " + reference + " has fewer than " + SHORTEST + " bytes; use a random value");
    }
    return new Secret(reference, value);
  }

  /** Its bytes, in UTF-8. Not to be altered. */
  public byte[] bytes() {
    return value;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret secret
        && java.security.MessageDigest.isEqual(value, secret.value);
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return reference;
  }
}
