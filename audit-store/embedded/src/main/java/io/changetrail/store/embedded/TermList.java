// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The term ids of an event as bytes: how many are of fields, then all as varints. */
record TermList(long[] fields, long[] others) {

  /** Also with these others. */
  TermList and(long[] more) {
    long[] both = Arrays.copyOf(others, others.length + more.length);
    System.arraycopy(more, 0, both, others.length, more.length);
    return new TermList(fields, both);
  }

  byte[] pack() {
    ByteArrayOutputStream out = new ByteArrayOutputStream((fields.length + others.length) * 3 + 2);
    varint(out, fields.length);
    for (long term : fields) {
      varint(out, term);
    }
    for (long term : others) {
      varint(out, term);
    }
    return out.toByteArray();
  }

  static TermList unpack(byte[] packed) {
    long[] all = new long[packed.length];
    int count = 0;
    long value = 0;
    int shift = 0;
    for (byte next : packed) {
      value |= (next & 0x7fL) << shift;
      shift += 7;
      if (next >= 0) {
        all[count++] = value;
        value = 0;
        shift = 0;
      }
    }
    int fields = (int) all[0];
    return new TermList(
        Arrays.copyOfRange(all, 1, 1 + fields), Arrays.copyOfRange(all, 1 + fields, count));
  }

  long[] all() {
    long[] all = Arrays.copyOf(fields, fields.length + others.length);
    System.arraycopy(others, 0, all, fields.length, others.length);
    return all;
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
