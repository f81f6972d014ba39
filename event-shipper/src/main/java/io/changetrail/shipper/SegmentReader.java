// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The records of one segment from an offset on, up to the first that is not whole. */
final class SegmentReader implements AutoCloseable {
  private final DataInputStream in;
  private final long segment;
  private final long limit;
  private long offset;
  private End end = End.WHOLE;

  /** How the records end. */
  enum End {
    /** With a whole one. */
    WHOLE,
    /** Within one: whoever wrote it ended meanwhile. */
    TORN,
    /** With bytes that nobody wrote so. */
    DAMAGED
  }

  /**
   * @param bytes of the segment from its beginning; closed with this
   * @param limit how many of them count
   */
  SegmentReader(InputStream bytes, long segment, long offset, long limit) throws IOException {
    this.segment = segment;
    this.offset = offset;
    this.limit = limit;
    in = new DataInputStream(new BufferedInputStream(bytes, 64 << 10));
    try {
      in.skipNBytes(offset);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** The body of the next record; {@code null} if there is no whole one. */
  @Nullable ByteBuffer next() throws IOException {
    long left = limit - offset;
    if (left < Records.FRAME) {
      end = left == 0 ? End.WHOLE : End.TORN;
      return null;
    }
    int length = in.readInt();
    int crc = in.readInt();
    if (length < 1 || length > Records.LARGEST) {
      end = End.DAMAGED;
      return null;
    }
    if (length > left - Records.FRAME) {
      end = End.TORN;
      return null;
    }
    byte[] body = new byte[length];
    in.readFully(body);
    if (Records.crc(segment, body) != crc) {
      end = End.DAMAGED;
      return null;
    }
    offset += Records.FRAME + length;
    return ByteBuffer.wrap(body);
  }

  /** Where the next record begins, or the last whole one ends. */
  long offset() {
    return offset;
  }

  End end() {
    return end;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
