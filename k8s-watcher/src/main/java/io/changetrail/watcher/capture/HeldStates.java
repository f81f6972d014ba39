// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.content.CanonicalContent;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The last recorded state of each object, packed: tens of thousands must fit into a small heap. Not
 * thread-safe.
 */
final class HeldStates {
  /**
   * A recorded state.
   *
   * @param type name of the object's type
   * @param hash SHA-256 of the canonical state, as recorded
   * @param since when it began, as recorded
   */
  record Held(String type, PackedJson packed, byte[] hash, Instant since) {
    String hexHash() {
      return HexFormat.of().formatHex(hash);
    }

    /** The state as it would be recorded today. */
    ObjectNode state() {
      return CanonicalState.tidied((ObjectNode) packed.unpacked());
    }
  }

  private final Map<String, Held> byUid = new HashMap<>();

  Optional<Held> of(String uid) {
    return Optional.ofNullable(byUid.get(uid));
  }

  void hold(String uid, String type, ObjectNode state, Instant since) {
    byUid.put(
        uid,
        new Held(
            type.intern(),
            PackedJson.of(state),
            HexFormat.of().parseHex(CanonicalContent.hash(state)),
            since));
  }

  void forget(String uid) {
    byUid.remove(uid);
  }

  List<String> uidsOf(String type) {
    return byUid.entrySet().stream()
        .filter(held -> held.getValue().type().equals(type))
        .map(Map.Entry::getKey)
        .toList();
  }

  int count() {
    return byUid.size();
  }
}
