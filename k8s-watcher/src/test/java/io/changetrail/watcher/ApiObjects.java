// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The objects of {@link ApiDouble}, and what happened to them as far back as it is remembered. Each
 * write has a version of its own, as in etcd. An object that was put is not changed any more.
 */
final class ApiObjects {
  private static final int REMEMBERED = 10_000;
  private static final int OPEN_LISTS = 100;

  /** A write: {@code ADDED}, {@code MODIFIED} or {@code DELETED}. */
  record Happened(long version, String what, ApiType type, ObjectNode object) {}

  /**
   * A part of a list.
   *
   * @param version of the whole list, which is that of its first part
   * @param next what continues it; empty at its end
   */
  record Page(long version, List<ObjectNode> objects, String next, int remaining) {}

  private final NavigableMap<String, ObjectNode> objects = new TreeMap<>();
  private final List<Happened> history = new ArrayList<>();
  private final Map<String, Page> rests = new LinkedHashMap<>();
  private long version = 1;
  private long forgotten = 1;

  synchronized @Nullable ObjectNode find(ApiType type, String namespace, String name) {
    return objects.get(key(type, namespace) + name);
  }

  private static String key(ApiType type, String namespace) {
    return type.resource() + "/" + namespace + "/";
  }

  private static String key(ApiType type, ObjectNode object) {
    return key(type, object.at("/metadata/namespace").asText(""))
        + object.at("/metadata/name").asText();
  }

  /** Creates or replaces. */
  synchronized ObjectNode put(ApiType type, ObjectNode object) {
    boolean isNew = !objects.containsKey(key(type, object));
    tell(isNew ? "ADDED" : "MODIFIED", type, object);
    objects.put(key(type, object), object);
    return object;
  }

  synchronized void remove(ApiType type, ObjectNode object) {
    tell("DELETED", type, object.deepCopy());
    objects.remove(key(type, object));
  }

  private void tell(String what, ApiType type, ObjectNode object) {
    version++;
    object.withObject("/metadata").put("resourceVersion", Long.toString(version));
    history.add(new Happened(version, what, type, object));
    if (history.size() > REMEMBERED) {
      forgotten = history.get(REMEMBERED / 2 - 1).version();
      history.subList(0, REMEMBERED / 2).clear();
    }
    notifyAll();
  }

  /**
   * Lists objects as they are now, or as they were when the list began.
   *
   * @param namespace empty for all
   * @param limit 0 for none
   * @param next what the part before said; empty for the first
   */
  synchronized Page list(
      ApiType type, String namespace, Predicate<ObjectNode> wanted, int limit, String next) {
    Page rest;
    if (next.isEmpty()) {
      String from = namespace.isEmpty() ? type.resource() + "/" : key(type, namespace);
      List<ObjectNode> all =
          objects.subMap(from, from + Character.MAX_VALUE).values().stream()
              .filter(wanted)
              .toList();
      rest = new Page(version, all, "", 0);
    } else {
      rest = rests.remove(next);
      if (rest == null) {
        throw new ApiRefusal(410, "Expired", "The provided continue parameter is too old");
      }
    }
    List<ObjectNode> all = rest.objects();
    if (limit == 0 || all.size() <= limit) {
      return rest;
    }
    String token = UUID.randomUUID().toString();
    List<ObjectNode> later = all.subList(limit, all.size());
    rests.put(token, new Page(rest.version(), later, "", 0));
    if (rests.size() > OPEN_LISTS) {
      rests.remove(rests.keySet().iterator().next());
    }
    return new Page(rest.version(), all.subList(0, limit), token, later.size());
  }

  /**
   * What happened after a version to all objects; waits for it for a while.
   *
   * @param oldest from when on it is asked for at all
   * @throws ApiRefusal if not all of that is remembered
   */
  @SuppressWarnings("WaitNotInLoop") // who asks asks again
  synchronized List<Happened> after(long seen, long oldest, Duration patience)
      throws InterruptedException {
    if (seen >= version) {
      wait(patience.toMillis());
    }
    if (seen < Math.max(oldest, forgotten)) {
      throw new ApiRefusal(
          410,
          "Expired",
          "too old resource version: " + seen + " (" + Math.max(oldest, forgotten) + ")");
    }
    int known = (int) (seen - forgotten);
    return known >= history.size()
        ? List.of()
        : List.copyOf(history.subList(known, history.size()));
  }

  synchronized long version() {
    return version;
  }

  /** Watches begin now, as after a restart of an API server, and no list goes on. */
  synchronized void forget() {
    forgotten = version;
    history.clear();
    rests.clear();
    notifyAll();
  }
}
