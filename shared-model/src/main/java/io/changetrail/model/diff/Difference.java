// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.diff;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One leaf that differs.
 *
 * @param path segments from the root; an item of a list whose items have names is addressed by its
 *     name, any other by its index
 * @param before {@code null} where it did not exist; a {@linkplain JsonNode#isMissingNode() missing
 *     node} where it existed, but only a patch tells of it
 * @param after {@code null} where it is gone
 */
public record Difference(List<String> path, @Nullable JsonNode before, @Nullable JsonNode after) {
  public Difference {
    path = List.copyOf(path);
  }

  /** The path with dots, for example {@code spec.containers.app.image}. */
  public String dotted() {
    return String.join(".", path);
  }
}
