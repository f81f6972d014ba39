// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventId;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.StateChange;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.content.Leaf;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.store.NewEvent;
import io.changetrail.store.ResourceKey;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An event with all that can be computed before its turn to be written comes. */
record PreparedEvent(
    NewEvent incoming,
    byte[] id,
    String content,
    Leaf leaf,
    byte[] body,
    byte[] personal,
    Set<Term> fields,
    Set<Term> others,
    @Nullable NewState state) {

  private static final byte[] NOTHING = {};

  /** The state that the event leaves its resource in; {@code null} tree: deleted. */
  record NewState(ResourceKey key, @Nullable JsonNode tree, String hash) {}

  static PreparedEvent of(NewEvent incoming, RandomGenerator salts) {
    AuditEvent event = incoming.event();
    Leaf leaf = Leaf.of(event, salts);
    return new PreparedEvent(
        incoming,
        EventId.of(incoming.tenant(), event.ref()).bytes(),
        leaf.content(),
        leaf,
        Bodies.pack(leaf.publicPart()),
        leaf.personal().isEmpty() ? NOTHING : Bodies.pack(leaf.personal()),
        Term.ofFields(event),
        Term.ofContent(event),
        newState(event).orElse(null));
  }

  AuditEvent event() {
    return incoming.event();
  }

  private static Optional<NewState> newState(AuditEvent event) {
    Change change = event.change();
    // A rollout has written its object when it starts; whether its pods follow is another question.
    boolean happened =
        change.phase() != Phase.PLANNED && change.ended().map(Outcome.SUCCESS::equals).orElse(true);
    if (!happened || event.isAmendment() || change.state().truncated()) {
      return Optional.empty();
    }
    JsonNode after = change.state().after();
    boolean deleted =
        after == null && (change.action().equals("delete") || leavesNothing(change.state()));
    if (after == null && !deleted) {
      return Optional.empty();
    }
    return ResourceKey.of(event)
        .map(key -> new NewState(key, after, after == null ? "" : CanonicalContent.hash(after)));
  }

  /** A drift that is over, or a release that was uninstalled, is gone by another name. */
  private static boolean leavesNothing(StateChange state) {
    return state.before() != null
        && StructuralDiff.patch(state.before(), null).equals(state.patch());
  }
}
