// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

/** Which way a cursor walks. */
enum Direction {
  UP,
  DOWN;

  /** Below zero if the first pair comes before the second on the walk. */
  int compare(long time, long seq, long otherTime, long otherSeq) {
    int up = time != otherTime ? Long.compare(time, otherTime) : Long.compare(seq, otherSeq);
    return this == UP ? up : -up;
  }
}
