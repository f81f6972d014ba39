// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

/** Walks the posting list of one term, a stretch of rows at a time. */
final class TermCursor implements Cursor {
  static final int FIRST_STRETCH = 16;
  private static final int LONGEST_STRETCH = 1024;

  private static final String UP =
      "SELECT time, seq FROM posting WHERE term = ? AND (time, seq) >= (?, ?)"
          + " ORDER BY time, seq LIMIT ?";
  private static final String DOWN =
      "SELECT time, seq FROM posting WHERE term = ? AND (time, seq) <= (?, ?)"
          + " ORDER BY time DESC, seq DESC LIMIT ?";

  private final Database database;
  private final long term;
  private final Direction direction;
  private long[] times = new long[FIRST_STRETCH];
  private long[] seqs = new long[FIRST_STRETCH];
  private int size;
  private int at;
  private int stretch = FIRST_STRETCH;
  private boolean last;

  TermCursor(Database database, long term, Direction direction) {
    this.database = database;
    this.term = term;
    this.direction = direction;
  }

  @Override
  public void seek(long time, long seq) {
    if (size > 0 && isBefore(size - 1, time, seq)) {
      if (last) {
        at = size;
        return;
      }
      stretch = FIRST_STRETCH; // whoever leaps does not need what lies beside
      load(time, seq);
      return;
    }
    if (size == 0 && last) {
      return;
    }
    if (size == 0) {
      load(time, seq);
      return;
    }
    while (isBefore(at, time, seq)) {
      at++;
    }
  }

  private boolean isBefore(int index, long time, long seq) {
    return direction.compare(times[index], seqs[index], time, seq) < 0;
  }

  @Override
  public void next() {
    at++;
    if (at == size && !last) {
      long step = direction == Direction.UP ? 1 : -1;
      load(times[size - 1], seqs[size - 1] + step);
    }
  }

  private void load(long time, long seq) {
    int wanted = stretch;
    if (times.length < wanted) {
      times = new long[wanted];
      seqs = new long[wanted];
    }
    size =
        database.query(
            rows -> {
              int count = 0;
              while (rows.next()) {
                times[count] = rows.getLong(1);
                seqs[count] = rows.getLong(2);
                count++;
              }
              return count;
            },
            direction == Direction.UP ? UP : DOWN,
            term,
            time,
            seq,
            (long) wanted);
    at = 0;
    last = size < wanted;
    stretch = Math.min(LONGEST_STRETCH, stretch * 2);
  }

  @Override
  public boolean atEnd() {
    return at >= size;
  }

  @Override
  public long time() {
    return times[at];
  }

  @Override
  public long seq() {
    return seqs[at];
  }
}
