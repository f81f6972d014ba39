// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the server shows to another one: {@code env:NAME} or {@code file:PATH}. A file is read again
 * each time, because tokens in files are exchanged while the server runs. Neither the setting nor
 * messages hold the value.
 */
public final class Credential {
  private final String reference;
  private final @Nullable String value;

  private Credential(String reference, @Nullable String value) {
    this.reference = reference;
    this.value = value;
  }

  /**
   * The credential behind a reference.
   *
   * @param key the setting, for messages
   * @throws InvalidConfigException if it is of another form, or the variable is not set
   */
  static Credential of(String key, String reference, Map<String, String> environment) {
    if (reference.startsWith("file:")) {
      return new Credential(reference, null);
    }
    if (!reference.startsWith("env:")) {
      // Not repeated here: whoever wrote it may have written the secret itself.
      throw new InvalidConfigException(
          key + " must say where the secret is: env:NAME or file:PATH, never the secret itself");
    }
    String value = environment.get(reference.substring("env:".length()));
    if (value == null || value.isBlank()) {
      throw new InvalidConfigException(key + ": " + reference + " is not set");
    }
    if (!isSendable(value.strip())) {
      throw new InvalidConfigException(
          key + ": " + reference + " has characters that no header field can hold");
    }
    return new Credential(reference, value.strip());
  }

  /**
   * Its value as of now.
   *
   * @throws IOException if the file cannot be read or holds none; the message is without its value
   */
  public String read() throws IOException {
    if (value != null) {
      return value;
    }
    String text =
        Files.readString(Path.of(reference.substring("file:".length())), StandardCharsets.UTF_8)
            .strip();
    if (!isSendable(text)) {
      throw new IOException(reference + " holds no credential, or one with other than ASCII");
    }
    return text;
  }

  /** Visible ASCII: the complaint of an HTTP client about anything else repeats the value. */
  private static boolean isSendable(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  @Override
  public String toString() {
    return reference;
  }
}
