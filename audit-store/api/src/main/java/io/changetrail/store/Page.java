// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a search.
 *
 * @param next where the next page starts; {@code null} after the last
 */
public record Page(List<StoredEvent> events, @Nullable Position next) {
  public Page {
    events = List.copyOf(events);
  }
}
