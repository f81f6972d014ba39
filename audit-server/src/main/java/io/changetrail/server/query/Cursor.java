// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.server.http.Problem;
import io.changetrail.store.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.zip.CRC32;

/**
 * Where the next page starts, as an opaque text that belongs to one query: with another it would
 * silently skip events.
 */
final class Cursor {
  private static final int LENGTH = Long.BYTES + Integer.BYTES + Long.BYTES + Integer.BYTES;

  private Cursor() {}

  static String encode(Position position, Object query) {
    Instant time = position.time();
    long seconds = time.getEpochSecond();
    int nanos = time.getNano();
    byte[] bytes =
        ByteBuffer.allocate(LENGTH)
            .putLong(seconds)
            .putInt(nanos)
            .putLong(position.seq())
            .putInt(checksum(query))
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static Position decode(String cursor, Object query) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
      if (bytes.remaining() == LENGTH) {
        Instant time = Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
        long seq = bytes.getLong();
        if (bytes.getInt() != checksum(query)) {
          throw Problem.field(
                  "cursor", "is of another query; use it with the same filters, order and view")
              .asException();
        }
        return new Position(time, seq);
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      // Not one of ours; the remedy is the same.
    }
    throw Problem.field("cursor", "is not one; use the nextCursor of the page before, or none")
        .asException();
  }

  private static int checksum(Object query) {
    CRC32 crc = new CRC32();
    crc.update(query.toString().getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }
}
