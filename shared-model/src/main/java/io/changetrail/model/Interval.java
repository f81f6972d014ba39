// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.time.Instant;

/** A closed interval of time in which something happened at an unknown moment. */
public record Interval(Instant earliest, Instant latest) {
  public Interval {
    Require.present("interval.earliest", earliest);
    Require.present("interval.latest", latest);
    if (latest.isBefore(earliest)) {
      throw new InvalidEventException(
          "interval", "ends (" + latest + ") before it begins (" + earliest + "); swap the two");
    }
  }
}
