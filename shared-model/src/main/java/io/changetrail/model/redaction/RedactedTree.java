// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A tree without secrets.
 *
 * @param pointers JSON Pointers of the values that were replaced as a whole
 */
public record RedactedTree(JsonNode tree, List<String> pointers) {
  public RedactedTree {
    pointers = List.copyOf(pointers);
  }
}
