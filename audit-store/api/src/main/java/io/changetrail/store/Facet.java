// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import java.util.List;

/**
 * How often each value of a field occurs among the events of a query. An event counts once for each
 * distinct value that it has.
 *
 * @param values most frequent first, ties by value
 */
public record Facet(Field field, List<Count> values) {
  public Facet {
    values = List.copyOf(values);
  }

  /** A value and the number of events that have it. */
  public record Count(String value, long count) {}
}
