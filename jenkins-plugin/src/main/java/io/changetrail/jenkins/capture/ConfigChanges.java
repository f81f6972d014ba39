// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Interval;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.model.redaction.RedactedTree;
import io.changetrail.model.redaction.Redactor;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Changes of Jenkins itself: of its jobs, nodes, plugins, credentials and its own settings. */
public final class ConfigChanges {
  /** Where Jenkins' own configuration counts as being. */
  public static final String ENVIRONMENT = "jenkins";

  private ConfigChanges() {}

  /**
   * What was changed.
   *
   * @param kind for example {@code jenkins.item}, {@code jenkins.node}, {@code jenkins.system}
   * @param name full name of the item, or the file's path below {@code JENKINS_HOME}
   */
  public record Thing(String kind, String name) {}

  /**
   * Who changed it, and when.
   *
   * @param user id of the account; {@code null} where Jenkins acted by itself
   * @param since where it was found later: when it was seen last as it was before
   */
  public record Doing(
      @Nullable String user, @Nullable String userName, Instant at, @Nullable Instant since) {
    Actor actor() {
      return user == null ? Actor.unknown() : Actors.account(user, userName);
    }
  }

  /**
   * The event of another state; nothing if it is the same, or differs only in what is secret.
   *
   * @param before {@code null} if there was none
   * @param after {@code null} if there is none any more
   */
  public static Optional<AuditEvent> changed(
      Controller controller,
      Thing thing,
      @Nullable JsonNode before,
      @Nullable JsonNode after,
      Doing doing,
      Redactor redactor) {
    JsonNode old = before == null ? null : redacted(before, redactor);
    JsonNode fresh = after == null ? null : redacted(after, redactor);
    if (old == null ? fresh == null : old.equals(fresh)) {
      return Optional.empty();
    }
    StateChange state = StructuralDiff.between(old, fresh);
    String action = old == null ? "create" : fresh == null ? "delete" : "update";
    return Optional.of(
        event(controller, thing, action, state, StructuralDiff.summary(state), doing));
  }

  private static JsonNode redacted(JsonNode tree, Redactor redactor) {
    RedactedTree redacted = redactor.redact(tree);
    return redacted.tree();
  }

  /** The event of another name or place. */
  public static AuditEvent moved(Controller controller, Thing now, String before, Doing doing) {
    StateChange state =
        StructuralDiff.between(TextNode.valueOf(before), TextNode.valueOf(now.name()));
    return event(controller, now, "rename", state, "was " + before, doing);
  }

  private static AuditEvent event(
      Controller controller,
      Thing thing,
      String action,
      StateChange state,
      String line,
      Doing doing) {
    String name = Text.required(thing.name(), 1024);
    Instant since = doing.since();
    Change change =
        Change.of(ChangeKind.CONFIG, Phase.OCCURRED, action)
            .state(state)
            .summary(Text.required(thing.name() + ": " + line, 2000))
            .observedLate(since == null ? null : new Interval(since, doing.at()))
            .build();
    String hash =
        CanonicalContent.hash(state.after() == null ? TextNode.valueOf(action) : state.after());
    String id =
        "config-"
            + Text.inId(thing.kind() + "-" + thing.name(), 300)
            + "-"
            + doing.at().toEpochMilli()
            + "-"
            + hash.substring(0, 16);
    AuditEvent.Builder event =
        AuditEvent.builder(controller.ref(id), doing.at(), doing.actor(), change)
            .target(
                new Target(
                    null,
                    ENVIRONMENT,
                    null,
                    null,
                    null,
                    new Resource(thing.kind(), name, null)));
    Description.put(event, "jenkins.url", controller.url(""));
    return event.build();
  }
}
