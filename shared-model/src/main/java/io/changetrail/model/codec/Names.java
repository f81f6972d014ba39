// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds what somebody probably meant. */
final class Names {
  private Names() {}

  /** The known name with the fewest edits from the given one. */
  static String nearest(String name, Collection<String> known) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    String shown = name.length() > 64 ? name.substring(0, 64) : name;
    return known.stream()
        .min(
            Comparator.<String>comparingInt(candidate -> distance.apply(shown, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .orElse(name);
  }
}
