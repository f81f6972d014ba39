// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.gitops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One application of what is declared elsewhere, which has ended.
 *
 * @param id unlike that of any other sync of the same object
 * @param end {@code null} where the object does not tell
 * @param message why it failed
 * @param repository from which it came; {@code null} where that is not known
 * @param revision the commit, or the version of a chart
 * @param ref the branch or tag that was asked for
 * @param path within the repository
 * @param action what was done: {@code sync}, an action of Helm, or a rollback to an earlier
 *     revision
 * @param namespace where what it applied lies
 * @param cluster where that is, if it is another one
 * @param values what a chart was given, without secrets
 */
record Sync(
    String id,
    @Nullable Instant end,
    Outcome outcome,
    @Nullable String message,
    @Nullable String repository,
    @Nullable String revision,
    @Nullable String ref,
    @Nullable String path,
    Actor actor,
    String action,
    @Nullable String namespace,
    @Nullable String cluster,
    @Nullable JsonNode values) {

  /** What was declared is applied. */
  static final String SYNC = "sync";

  /** What is recorded of it, so that a restart does not repeat it. */
  ObjectNode state() {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.put("sync", id).put("outcome", outcome.wireName());
    put(state, "repository", repository);
    put(state, "revision", revision);
    put(state, "ref", ref);
    put(state, "path", path);
    if (values != null) {
      state.set("values", values);
    }
    return state;
  }

  private static void put(ObjectNode state, String name, @Nullable String value) {
    if (value != null) {
      state.put(name, value);
    }
  }
}
