// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Walks those among the events of another cursor that have any of a great many terms, such as all
 * words that begin with a letter, in memory for the terms' ids alone. It looks at one event after
 * the other, which is quick where most have such a term. Where few do, it leaps: finding the next
 * one by the lists of all terms costs about as much as looking at as many events as there are
 * terms, so it looks that far first.
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
  private final Cursor events;
  private final Direction direction;
  private boolean atEnd;

  /**
   * @param terms in ascending order
   * @param events walks all events that may have one of them
   */
  ManyTermsCursor(Database database, long[] terms, Cursor events, Direction direction) {
    this.database = database;
    this.terms = terms;
    this.events = events;
    this.direction = direction;
  }

  @Override
  public void seek(long time, long seq) {
    if (!atEnd) {
      events.seek(time, seq);
      findNext();
    }
  }

  @Override
  public void next() {
    events.next();
    findNext();
  }

  private void findNext() {
    int looked = 0;
    while (!atEnd && !events.atEnd() && !hasTerm(events.seq())) {
      if (looked == terms.length) {
        looked = 0;
        leap();
      } else {
        looked++;
        events.next();
      }
    }
    atEnd = atEnd || events.atEnd();
  }

  /** To the next event that has a term, or the next behind it where the events lack that one. */
  private void leap() {
    Optional<Place> place = first(events.time(), events.seq());
    if (place.isPresent()) {
      events.seek(place.get().time(), place.get().seq());
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
    return events.time();
  }

  @Override
  public long seq() {
    return events.seq();
  }
}
