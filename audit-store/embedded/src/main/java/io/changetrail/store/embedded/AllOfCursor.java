// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import java.util.List;

/** Walks the pairs that all of several cursors have, leaping over what one of them lacks. */
final class AllOfCursor implements Cursor {
  private final List<Cursor> all;
  private final Direction direction;
  private boolean atEnd;

  AllOfCursor(List<Cursor> all, Direction direction) {
    this.all = all;
    this.direction = direction;
  }

  static Cursor of(List<Cursor> cursors, Direction direction) {
    return cursors.size() == 1 ? cursors.get(0) : new AllOfCursor(cursors, direction);
  }

  @Override
  public void seek(long time, long seq) {
    all.get(0).seek(time, seq);
    agree();
  }

  @Override
  public void next() {
    all.get(0).next();
    agree();
  }

  /** Pulls all cursors on until they stand on the same pair. */
  private void agree() {
    Cursor lead = all.get(0);
    int agreed = 1;
    int turn = 0;
    while (!lead.atEnd() && agreed < all.size()) {
      turn = (turn + 1) % all.size();
      Cursor cursor = all.get(turn);
      if (cursor == lead) {
        agreed = all.size();
        continue;
      }
      cursor.seek(lead.time(), lead.seq());
      if (cursor.atEnd()) {
        atEnd = true;
        return;
      }
      if (direction.compare(cursor.time(), cursor.seq(), lead.time(), lead.seq()) == 0) {
        agreed++;
      } else {
        lead = cursor;
        agreed = 1;
      }
    }
    atEnd = lead.atEnd();
  }

  @Override
  public boolean atEnd() {
    return atEnd || all.get(0).atEnd();
  }

  @Override
  public long time() {
    return all.get(0).time();
  }

  @Override
  public long seq() {
    return all.get(0).seq();
  }
}
