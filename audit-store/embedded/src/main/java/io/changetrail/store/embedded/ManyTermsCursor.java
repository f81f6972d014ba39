// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Walks the events that have any of a great many terms, such as all words that begin with a letter,
 * in memory for the terms' ids alone. It looks at one event after the other, which is quick where
 * most have such a term. Where few do, it leaps: finding the next one by the lists of all terms
 * costs about as much as looking at as many events as there are terms, so it looks that far first.
 */
final class ManyTermsCursor implements Cursor {
  private static final String FIRST_UP =
      "SELECT time, seq FROM json_each(?) AS wanted CROSS JOIN posting ON term = wanted.value AND"
          + " (time, seq) = (SELECT time, seq FROM posting WHERE term = wanted.value AND (time, seq)"
          + " >= (?, ?) ORDER BY time, seq LIMIT 1) ORDER BY time, seq LIMIT 1";
  private static final String FIRST_DOWN =
      "SELECT time, seq FROM json_each(?) AS wanted CROSS JOIN posting ON term = wanted.value AND"
          + " (time, seq) = (SELECT time, seq FROM posting WHERE term = wanted.value AND (time, seq)"
          + " <= (?, ?) ORDER BY time DESC, seq DESC LIMIT 1) ORDER BY time DESC, seq DESC LIMIT 1";

  private record Place(long time, long seq) {}

  private final Database database;
  private final long[] terms;
  private final Cursor everything;
  private final Direction direction;
  private boolean atEnd;

  /**
   * @param terms in ascending order
   * @param everything walks all events that may have one of them
   */
  ManyTermsCursor(Database database, long[] terms, Cursor everything, Direction direction) {
    this.database = database;
    this.terms = terms;
    this.everything = everything;
    this.direction = direction;
  }

  @Override
  public void seek(long time, long seq) {
    if (!atEnd) {
      everything.seek(time, seq);
      findNext();
    }
  }

  @Override
  public void next() {
    everything.next();
    findNext();
  }

  private void findNext() {
    for (int looked = 0; !everything.atEnd(); looked++) {
      if (hasTerm(everything.seq())) {
        return;
      }
      if (looked == terms.length) {
        leap();
        return;
      }
      everything.next();
    }
    atEnd = true;
  }

  private void leap() {
    Optional<Place> place = first(everything.time(), everything.seq());
    if (place.isPresent()) {
      everything.seek(place.get().time(), place.get().seq());
    } else {
      atEnd = true;
    }
  }

  private boolean hasTerm(long seq) {
    return database.query(
        rows ->
            rows.next()
                && Arrays.stream(TermList.unpack(rows.getBytes(1)).all())
                    .anyMatch(term -> Arrays.binarySearch(terms, term) >= 0),
        "SELECT terms FROM event WHERE seq = ?",
        seq);
  }

  private Optional<Place> first(long time, long seq) {
    return database.query(
        rows ->
            rows.next()
                ? Optional.of(new Place(rows.getLong(1), rows.getLong(2)))
                : Optional.empty(),
        direction == Direction.UP ? FIRST_UP : FIRST_DOWN,
        Arrays.stream(terms).mapToObj(Long::toString).collect(Collectors.joining(",", "[", "]")),
        time,
        seq);
  }

  @Override
  public boolean atEnd() {
    return atEnd;
  }

  @Override
  public long time() {
    return everything.time();
  }

  @Override
  public long seq() {
    return everything.seq();
  }
}
