// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the changed thing looked like before and after. All trees are redacted already, belong to
 * this record from construction on and must not be altered by the caller.
 *
 * @param before {@code null} where unknown or where the thing did not exist
 * @param after {@code null} where unknown or where the thing is gone
 * @param patch RFC 6902 operations that turn {@code before} into {@code after}; {@code null} where
 *     not known
 * @param redacted JSON Pointers (RFC 6901), into before and after alike, of the values that were
 *     replaced by keyed hashes
 * @param truncated whether parts were cut off to keep the event within its size limit
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6902">RFC 6902, JSON Patch</a>
 */
public record StateChange(
    @Nullable JsonNode before,
    @Nullable JsonNode after,
    @Nullable ArrayNode patch,
    List<String> redacted,
    boolean truncated) {

  private static final StateChange NONE = new StateChange(null, null, null, List.of(), false);

  public StateChange {
    redacted = List.copyOf(redacted);
  }

  /** Nothing is known of the state. */
  public static StateChange none() {
    return NONE;
  }

  public Optional<JsonNode> beforeState() {
    return Optional.ofNullable(before);
  }

  public Optional<JsonNode> afterState() {
    return Optional.ofNullable(after);
  }

  public boolean isEmpty() {
    return before == null && after == null && patch == null;
  }
}
