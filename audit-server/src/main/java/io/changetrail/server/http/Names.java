// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds what somebody probably meant. */
public final class Names {
  private static final int LONGEST_COMPARED = 128;

  private Names() {}

  /** The known name with the fewest edits from the given one. */
  public static Optional<String> nearest(String name, Collection<String> known) {
    String compared = name.length() > LONGEST_COMPARED ? name.substring(0, LONGEST_COMPARED) : name;
    return known.stream()
        .min(
            Comparator.<String>comparingInt(
                    other -> LevenshteinDistance.getDefaultInstance().apply(compared, other))
                .thenComparing(Comparator.naturalOrder()));
  }
}
