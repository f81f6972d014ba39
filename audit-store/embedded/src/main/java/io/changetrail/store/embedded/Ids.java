// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.EventRef;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Opaque event ids: the first 128 bits of a hash of tenant, source and id. In hex, not in base64:
 * an id that begins with a dash would be an option on a command line.
 */
final class Ids {
  private static final int BYTES = 16;
  private static final HexFormat HEX = HexFormat.of();

  private Ids() {}

  static byte[] of(String tenant, EventRef ref) {
    return hash(tenant, ref.source(), ref.id());
  }

  /** The id of an event whose source and id were taken by another content. */
  static byte[] ofConflict(String tenant, EventRef ref, String contentHash) {
    return hash(tenant, ref.source(), ref.id(), contentHash);
  }

  static String text(byte[] id) {
    return HEX.formatHex(id);
  }

  static Optional<byte[]> parse(String eventId) {
    try {
      byte[] id = HEX.parseHex(eventId);
      return id.length == BYTES ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException notAnId) {
      return Optional.empty();
    }
  }

  private static byte[] hash(String... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        sha.update((byte) (bytes.length >> 8));
        sha.update((byte) bytes.length);
        sha.update(bytes);
      }
      return Arrays.copyOf(sha.digest(), BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
