// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.openfeature.FlagFile;
import io.changetrail.source.repository.PathPattern.Place;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that a commit changed.
 *
 * @param before its content; {@code null} if it is new
 * @param after its content; {@code null} if it was deleted
 */
public record ChangedFile(String path, @Nullable String before, @Nullable String after) {

  /**
   * The change of configuration that it is.
   *
   * @param commit the push or merge that brought it
   * @param place with an environment
   */
  public AuditEvent config(AuditEvent commit, Place place) {
    StateChange state = state();
    String what =
        state.isEmpty()
            ? before == null ? "created" : after == null ? "deleted" : "changed"
            : StructuralDiff.summary(state);
    Change change =
        Change.of(
                ChangeKind.CONFIG,
                Phase.OCCURRED,
                before == null ? "create" : after == null ? "delete" : "update")
            .state(state)
            .summary(path + ": " + what)
            .build();
    return event(commit, ref(commit, ""), change)
        .target(
            new Target(
                service(commit, place),
                place.environment(),
                null,
                null,
                null,
                new Resource("file", path, null)))
        .build();
  }

  /**
   * The changes of feature flags that it is; empty if it holds none of a known form.
   *
   * @param commit the push or merge that brought it
   * @param place with an environment
   */
  public Optional<List<AuditEvent>> flags(AuditEvent commit, Place place) {
    Optional<FlagFile> old = parsed(before).flatMap(FlagFile::of);
    Optional<FlagFile> now = parsed(after).flatMap(FlagFile::of);
    if (old.isEmpty() && now.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        FlagFile.changes(
                old.orElse(null), now.orElse(null), service(commit, place), place.environment())
            .stream()
            .map(
                changed ->
                    changed
                        .flag()
                        .event(
                            ref(commit, changed.flag().key()),
                            commit.time(),
                            commit.actor(),
                            changed.change())
                        .onBehalfOf(commit.onBehalfOf())
                        .provenance(commit.provenance())
                        .links(causedBy(commit))
                        .build())
            .toList());
  }

  /** What it was and is, as far as both can be read. */
  public StateChange state() {
    JsonNode old = parsed(before).orElse(null);
    JsonNode now = parsed(after).orElse(null);
    boolean readable = (before == null || old != null) && (after == null || now != null);
    return readable ? StructuralDiff.between(old, now) : StateChange.none();
  }

  private Optional<JsonNode> parsed(@Nullable String text) {
    return text == null ? Optional.empty() : StructuredText.parse(path, text);
  }

  private static AuditEvent.Builder event(AuditEvent commit, EventRef ref, Change change) {
    return AuditEvent.builder(ref, commit.time(), commit.actor(), change)
        .onBehalfOf(commit.onBehalfOf())
        .provenance(commit.provenance())
        .links(causedBy(commit));
  }

  private static Links causedBy(AuditEvent commit) {
    return new Links(null, null, List.of(commit.ref()), Map.of());
  }

  /** One and the same whenever that commit is looked at. */
  private EventRef ref(AuditEvent commit, String part) {
    String hash = CanonicalContent.hash(TextNode.valueOf(path + "\n" + part));
    return new EventRef(
        commit.ref().source(), commit.ref().id() + "-file-" + hash.substring(0, 16));
  }

  private static @Nullable String service(AuditEvent commit, Place place) {
    return place.service() != null || commit.targets().isEmpty()
        ? place.service()
        : commit.targets().get(0).service();
  }
}
