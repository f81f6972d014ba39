// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import io.changetrail.model.redaction.RedactionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The key of redaction: with it, equal secrets can be seen to be equal; without it they are merely
 * gone.
 */
final class RedactionKeyOption {
  private static final String VARIABLE = "CHANGETRAIL_REDACTION_KEY";

  private final Surroundings surroundings;

  @Option(
      names = "--redaction-key-file",
      paramLabel = "FILE",
      description = {
        "A file with KEYID:BASE64, the key of your tenant, to replace secrets by hashes that can be",
        "compared; else " + VARIABLE + ". Without a key they are replaced by a constant."
      })
  private @Nullable Path file;

  RedactionKeyOption(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Nullable RedactionKey key() {
    if (file != null) {
      try {
        return parse(Files.readString(file), "--redaction-key-file");
      } catch (IOException e) {
        throw Failure.usage("the file " + file + " cannot be read", null, e);
      }
    }
    Optional<String> variable = surroundings.variable(VARIABLE);
    return variable.isEmpty() ? null : parse(variable.get(), VARIABLE);
  }

  /** Complains without the value. */
  private static RedactionKey parse(String text, String from) {
    try {
      return RedactionKey.parse(text);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(
          "the redaction key from " + from + " " + e.getMessage(),
          "make one with: echo \"k1:$(openssl rand -base64 32)\"");
    }
  }
}
