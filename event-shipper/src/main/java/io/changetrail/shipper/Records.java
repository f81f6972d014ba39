// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * The format of a segment: a sequence of records, each body length (u32), CRC32C of segment id and
 * body (u32), body. Big-endian; texts are length (u16) and UTF-8. By their first byte bodies are:
 *
 * <ul>
 *   <li>{@code H}, the first of each segment: a {@linkplain SegmentHeader header} in JSON;
 *   <li>{@code E}: number (u64), milliseconds since 1970 (u64), source, installation, and the
 *       CloudEvent in JSON up to the end;
 *   <li>{@code L}: first and last number (u64 each), milliseconds since 1970 (u64), source,
 *       installation, reason: a loss from before the disk.
 * </ul>
 */
final class Records {
  static final int FRAME = 8;

  /** A length beyond this is not one. */
  static final int LARGEST = 16 << 20;

  static final byte HEADER = 'H';
  private static final byte EVENT = 'E';
  private static final byte LOSS = 'L';
  private static final JsonMapper JSON = new JsonMapper();

  private Records() {}

  static byte[] framed(long segment, byte[] body) {
    return ByteBuffer.allocate(FRAME + body.length)
        .putInt(body.length)
        .putInt(crc(segment, body))
        .put(body)
        .array();
  }

  /** Over the segment too, so that a record which strayed into another file is not one. */
  static int crc(long segment, byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, segment));
    crc.update(body);
    return (int) crc.getValue();
  }

  static byte[] header(SegmentHeader header) {
    try {
      byte[] json = JSON.writeValueAsBytes(header.toJson());
      return ByteBuffer.allocate(1 + json.length).put(HEADER).put(json).array();
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a JSON tree can always be written", e);
    }
  }

  static boolean isEvent(byte[] body) {
    return body[0] == EVENT;
  }

  static byte[] event(Sequence sequence, long number, Instant at, byte[] event) {
    byte[] source = utf8(sequence.source());
    byte[] installation = utf8(sequence.installation());
    return ByteBuffer.allocate(
            1 + 8 + 8 + 2 + source.length + 2 + installation.length + event.length)
        .put(EVENT)
        .putLong(number)
        .putLong(at.toEpochMilli())
        .putShort((short) source.length)
        .put(source)
        .putShort((short) installation.length)
        .put(installation)
        .put(event)
        .array();
  }

  static byte[] loss(Loss loss) {
    byte[] source = utf8(loss.sequence().source());
    byte[] installation = utf8(loss.sequence().installation());
    byte[] reason = utf8(loss.reason());
    return ByteBuffer.allocate(
            1 + 3 * 8 + 3 * 2 + source.length + installation.length + reason.length)
        .put(LOSS)
        .putLong(loss.first())
        .putLong(loss.last())
        .putLong(loss.at().toEpochMilli())
        .putShort((short) source.length)
        .put(source)
        .putShort((short) installation.length)
        .put(installation)
        .putShort((short) reason.length)
        .put(reason)
        .array();
  }

  /** The header that a body holds. */
  static SegmentHeader header(ByteBuffer body) throws IOException {
    byte[] json = new byte[body.remaining() - 1];
    body.get(1, json);
    JsonNode tree = JSON.readTree(json);
    if (tree instanceof ObjectNode header) {
      return SegmentHeader.fromJson(header);
    }
    throw new IOException("a segment begins with something else than its header");
  }

  /**
   * The entry that a body holds.
   *
   * @param place of the record, whose frame is before the body
   */
  static Entry entry(ByteBuffer body, Place place, String epoch) throws IOException {
    long end = place.offset() + FRAME + body.limit();
    byte type = body.get(0);
    if (type == HEADER) {
      return new Entry.Header(place, new Place(place.segment(), end, place.record()), header(body));
    }
    body.position(1);
    long first = body.getLong();
    long last = type == LOSS ? body.getLong() : first;
    Instant at = Instant.ofEpochMilli(body.getLong());
    Sequence sequence = new Sequence(text(body), text(body), epoch);
    if (type == LOSS) {
      return new Entry.Lost(
          place,
          new Place(place.segment(), end, place.record()),
          new Loss(sequence, first, last, text(body), at));
    }
    byte[] json = new byte[body.remaining()];
    body.get(json);
    return new Entry.Event(
        place, new Place(place.segment(), end, place.record() + 1), sequence, first, at, json);
  }

  private static String text(ByteBuffer body) {
    byte[] utf8 = new byte[Short.toUnsignedInt(body.getShort())];
    body.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > 0xffff) {
      throw new IllegalArgumentException("a name of more than 65535 bytes");
    }
    return utf8;
  }
}
