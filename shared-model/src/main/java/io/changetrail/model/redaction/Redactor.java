// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.RedactedValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces secrets by keyed hashes: {@code hmac-sha256:<keyId>:<hex>}, or {@code redacted} without
 * a key. Never fails, whatever it is given; redacting twice, with whatever key, changes nothing
 * more. Thread-safe.
 *
 * <p>Secret are: all values of a Kubernetes Secret, values under names of credentials, values at
 * configured paths, and whatever looks like a known kind of token, key or credential, wherever it
 * stands; and these same values wherever else the event's free text or states repeat them.
 */
public final class Redactor {
  private final List<List<String>> secretPlaces;
  private final @Nullable RedactionKey key;

  /**
   * @param key {@code null} where no key was given; then secrets cannot be compared either
   */
  public Redactor(RedactionRules rules, @Nullable RedactionKey key) {
    this.secretPlaces = rules.secretPlaces();
    this.key = key;
  }

  /**
   * The event without secrets, wherever they stood; the same instance if it has none. Where a hash
   * would make a field longer than it may be, the secret becomes {@code redacted}. Ids stay stable
   * and different from each other: a secret in one becomes {@code redacted-} and a part of its
   * hash.
   */
  public AuditEvent redact(AuditEvent event) {
    return new EventRedaction(secretPlaces, this).redact(event);
  }

  /** Free text with the secrets in it replaced. */
  public String text(String value) {
    return SecretsInText.replace(value, this::hashed);
  }

  /** The tree without secrets; what has none stays the same instance. */
  public RedactedTree redact(JsonNode tree) {
    SecretsInTree secrets = new SecretsInTree(secretPlaces, this::hashed);
    JsonNode redacted = secrets.redact(tree);
    return new RedactedTree(redacted, List.copyOf(secrets.pointers()));
  }

  String hashed(String secret, boolean token) {
    return key == null ? RedactedValue.UNKEYED : key.hash(secret);
  }

  /**
   * What stands for a secret within an id. Without a key only the hash of a token can be told,
   * because a password could be guessed from it.
   */
  String inId(String secret, boolean token) {
    if (key == null && !token) {
      return RedactedValue.UNKEYED;
    }
    String hex = key == null ? sha256(secret) : key.hex(secret);
    return RedactedValue.UNKEYED + "-" + hex.substring(0, RedactedValue.ID_DIGITS);
  }

  private static String sha256(String value) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(value.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
