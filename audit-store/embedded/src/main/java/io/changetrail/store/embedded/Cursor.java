// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

/**
 * Walks (time, seq) pairs in one direction. Fresh cursors stand before the first pair: {@link
 * #seek} comes first.
 */
interface Cursor {
  /** Goes to the first pair at or behind the given one, in the direction of the walk. */
  void seek(long time, long seq);

  /** Goes one pair on. */
  void next();

  boolean atEnd();

  /** Of the pair it stands on; undefined at the end. */
  long time();

  long seq();
}
