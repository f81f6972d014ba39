// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The opaque, URL-safe id of a stored event: the first 128 bits of SHA-256 over tenant, source and
 * id, so that everybody who knows these gets the same one and nobody can read them out of it.
 *
 * <p>In hex, not in base64: an id that begins with a dash would be an option on a command line.
 *
 * @param text 32 lower-case hex digits
 */
public record EventId(String text) {
  private static final int BYTES = 16;
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{" + 2 * BYTES + "}");

  public EventId {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("an event id has " + 2 * BYTES + " lower-case hex digits");
    }
  }

  public static EventId of(String tenant, EventRef ref) {
    return hash(tenant, ref.source(), ref.id());
  }

  /**
   * The id of an event whose source and id were taken by another content.
   *
   * @param contentHash of its own content, 64 hex digits
   */
  public static EventId ofConflict(String tenant, EventRef ref, String contentHash) {
    return hash(tenant, ref.source(), ref.id(), contentHash);
  }

  /** The id that somebody gave; empty if it cannot be one. */
  public static Optional<EventId> parse(String given) {
    return FORM.matcher(given).matches() ? Optional.of(new EventId(given)) : Optional.empty();
  }

  /** The id of its {@link #bytes()}. */
  public static EventId of(byte[] bytes) {
    return new EventId(HEX.formatHex(bytes));
  }

  /** The 16 bytes, for stores that keep it so. */
  public byte[] bytes() {
    return HEX.parseHex(text);
  }

  /** Each part behind its length, so that no two lists of parts read the same. */
  private static EventId hash(String... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        sha.update((byte) (bytes.length >> 8));
        sha.update((byte) bytes.length);
        sha.update(bytes);
      }
      return of(Arrays.copyOf(sha.digest(), BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
