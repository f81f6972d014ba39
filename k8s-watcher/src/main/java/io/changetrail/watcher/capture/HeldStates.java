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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last recorded state of each object, packed: tens of thousands must fit into a small heap. Not
 * thread-safe.
 */
final class HeldStates {
  /**
   * A recorded state.
   *
   * @param type name of the object's type
   * @param namespace empty for what has none
   * @param name of the object
   * @param hash SHA-256 of the canonical state, as recorded
   * @param since when it began, as recorded
   */
  record Held(
      String type, String namespace, String name, PackedJson packed, byte[] hash, Instant since) {
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
            state.at("/metadata/namespace").asText("").intern(),
            state.at("/metadata/name").asText(),
            PackedJson.of(state),
            HexFormat.of().parseHex(CanonicalContent.hash(state)),
            since));
  }

  /** Forgets all but these. */
  void keepOnly(Set<String> uids) {
    byUid.keySet().retainAll(uids);
  }

  void forget(String uid) {
    byUid.remove(uid);
  }

  /** The objects of a type, of one namespace or of all. */
  List<String> uidsOf(String type, @Nullable String namespace) {
    return byUid.entrySet().stream()
        .filter(held -> held.getValue().type().equals(type))
        .filter(held -> namespace == null || held.getValue().namespace().equals(namespace))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The same by where they are. */
  Map<String, String> uidsByPlace(String type, @Nullable String namespace) {
    Map<String, String> uids = new HashMap<>();
    byUid.forEach(
        (uid, held) -> {
          if (held.type().equals(type)
              && (namespace == null || held.namespace().equals(namespace))) {
            uids.put(place(held.namespace(), held.name()), uid);
          }
        });
    return uids;
  }

  /**
   * Where an object is among those of its type.
   *
   * @param namespace empty for what has none
   */
  static String place(String namespace, String name) {
    return namespace + "/" + name;
  }

  int count() {
    return byUid.size();
  }
}
