// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import java.util.List;
import java.util.PriorityQueue;

/** Walks the pairs of several cursors, each pair once. */
final class UnionCursor implements Cursor {
  private final List<Cursor> all;
  private final Direction direction;
  private final PriorityQueue<Cursor> open;
  private boolean started;

  UnionCursor(List<Cursor> all, Direction direction) {
    this.all = all;
    this.direction = direction;
    this.open =
        new PriorityQueue<>(
            Math.max(1, all.size()),
            (left, right) -> direction.compare(left.time(), left.seq(), right.time(), right.seq()));
  }

  static Cursor of(List<Cursor> cursors, Direction direction) {
    return cursors.size() == 1 ? cursors.get(0) : new UnionCursor(cursors, direction);
  }

  @Override
  public void seek(long time, long seq) {
    if (!started) {
      started = true;
      for (Cursor cursor : all) {
        cursor.seek(time, seq);
        if (!cursor.atEnd()) {
          open.add(cursor);
        }
      }
      return;
    }
    while (!open.isEmpty() && direction.compare(time(), seq(), time, seq) < 0) {
      Cursor first = open.remove();
      first.seek(time, seq);
      if (!first.atEnd()) {
        open.add(first);
      }
    }
  }

  @Override
  public void next() {
    long time = time();
    long seq = seq();
    while (!open.isEmpty() && time() == time && seq() == seq) {
      Cursor first = open.remove();
      first.next();
      if (!first.atEnd()) {
        open.add(first);
      }
    }
  }

  @Override
  public boolean atEnd() {
    return open.isEmpty();
  }

  @Override
  public long time() {
    return first().time();
  }

  @Override
  public long seq() {
    return first().seq();
  }

  private Cursor first() {
    Cursor first = open.peek();
    if (first == null) {
      throw new IllegalStateException("at the end");
    }
    return first;
  }
}
