// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.watcher.cluster.ResourceType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces whose labels are as a selector says, from moment to moment. One that gets the
 * label is taken in, and one that loses it is left: neither makes or deletes anything in it. Only
 * one that was born with the label has nothing that was there before. Thread-safe.
 */
public final class SelectedNamespaces implements ObjectSink {
  static final ResourceType TYPE = new ResourceType("", "v1", "Namespace", "namespaces", false);

  private final LabelSelector selector;

  /** The uids of those that exist, by name. */
  private final Map<String, String> existing = new HashMap<>();

  /** One that is gone stays: what was in it goes with it, and may be told after it. */
  private final Set<String> selected = new HashSet<>();

  private final Set<String> born = new HashSet<>();

  /** Not selected when they were seen last; one that is gone stays, as nobody saw what went. */
  private final Set<String> left = new HashSet<>();

  private boolean complete;
  private Runnable taken = () -> {};

  public SelectedNamespaces(LabelSelector selector) {
    this.selector = selector;
  }

  /**
   * @param taken is run once all are known, and whenever one is taken in after that
   */
  synchronized void onTaken(Runnable taken) {
    this.taken = taken;
  }

  synchronized boolean contains(String namespace) {
    return selected.contains(namespace);
  }

  /** Whether it is, or was to its end, not selected, so that nobody looks at what is in it. */
  synchronized boolean isLeft(String namespace) {
    return left.contains(namespace);
  }

  /** Whether it was selected from its first moment on: all that is in it is new. */
  synchronized boolean isBorn(String namespace) {
    return born.contains(namespace);
  }

  synchronized Set<String> names() {
    return Set.copyOf(selected);
  }

  @Override
  public void present(ResourceType type, ObjectNode object, Sight sight) {
    if (isTaken(object)) {
      taken.run();
    }
  }

  private synchronized boolean isTaken(ObjectNode object) {
    String name = object.at("/metadata/name").asText();
    String uid = object.at("/metadata/uid").asText();
    boolean first = !uid.equals(existing.put(name, uid));
    if (!selector.matches(object.at("/metadata/labels"))) {
      selected.remove(name);
      born.remove(name);
      left.add(name);
      return false;
    }
    left.remove(name);
    if (!selected.add(name)) {
      return false;
    }
    if (first && complete) {
      born.add(name);
    }
    return complete;
  }

  @Override
  public synchronized void deleted(ResourceType type, ObjectNode object) {
    existing.remove(object.at("/metadata/name").asText());
  }

  @Override
  public void listed(ResourceType type, @Nullable String namespace, Set<String> uids, Sight sight) {
    boolean first;
    synchronized (this) {
      existing.values().retainAll(uids);
      first = !complete;
      complete = true;
    }
    if (first) {
      taken.run();
    }
  }
}
