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
import io.changetrail.model.RedactedValue;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.diff.StructuralDiff;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Changes of Jenkins itself: of its jobs, nodes, plugins, credentials and its own settings. */
public final class ConfigChanges {
  /** Where Jenkins' own configuration counts as being. */
  public static final String ENVIRONMENT = "jenkins";

  /** The kind of what names the credentials of the controller. */
  public static final String CREDENTIALS = "jenkins.credentials";

  private ConfigChanges() {}

  /**
   * What was changed.
   *
   * @param kind for example {@code jenkins.item}, {@code jenkins.node}, {@code jenkins.system}
   * @param name full name of the item, or the file's path below {@code JENKINS_HOME}
   */
  public record Thing(String kind, String name) {
    /** What it is kept under. */
    public String key() {
      return kind + "/" + name;
    }
  }

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
   * The events of another state: one of who may do what, and one of all the rest, each only if that
   * has changed. Both states are redacted already, so that secrets are compared by their hashes.
   *
   * @param before {@code null} if there was none
   * @param after {@code null} if there is none any more
   */
  public static List<AuditEvent> changed(
      Controller controller,
      Thing thing,
      @Nullable JsonNode before,
      @Nullable JsonNode after,
      Doing doing) {
    List<AuditEvent> events = new ArrayList<>();
    if (before == null || after == null) {
      if (before != null || after != null) {
        StateChange state = StructuralDiff.between(before, after);
        String action = before == null ? "create" : "delete";
        events.add(event(controller, thing, ChangeKind.CONFIG, action, state, doing));
      }
      return events;
    }
    PermissionSplit old = PermissionSplit.of(before);
    PermissionSplit fresh = PermissionSplit.of(after);
    if (!old.rest().equals(fresh.rest())) {
      StateChange state = StructuralDiff.between(old.rest(), fresh.rest());
      events.add(
          isRotation(thing, state)
              ? event(
                  controller,
                  thing,
                  ChangeKind.SECRET_ROTATION,
                  "rotate",
                  state,
                  names(state) + ": another secret",
                  doing)
              : event(controller, thing, ChangeKind.CONFIG, "update", state, doing));
    }
    if (!old.permissions().equals(fresh.permissions())) {
      StateChange state = StructuralDiff.between(old.permissions(), fresh.permissions());
      events.add(event(controller, thing, ChangeKind.PERMISSION, "update", state, doing));
    }
    return events;
  }

  /** Whether credentials have other secrets, and are the same otherwise. */
  private static boolean isRotation(Thing thing, StateChange state) {
    return thing.kind().equals(CREDENTIALS)
        && StructuralDiff.differences(state).stream()
            .allMatch(each -> isHash(each.before()) && isHash(each.after()));
  }

  private static String names(StateChange state) {
    return StructuralDiff.differences(state).stream()
        .map(each -> each.path().get(0))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static boolean isHash(@Nullable JsonNode value) {
    return value != null && value.isTextual() && RedactedValue.is(value.textValue());
  }

  /** The event of another name or place. */
  public static AuditEvent moved(Controller controller, Thing now, String before, Doing doing) {
    StateChange state =
        StructuralDiff.between(TextNode.valueOf(before), TextNode.valueOf(now.name()));
    return event(controller, now, ChangeKind.CONFIG, "rename", state, "was " + before, doing);
  }

  private static AuditEvent event(
      Controller controller,
      Thing thing,
      ChangeKind kind,
      String action,
      StateChange state,
      Doing doing) {
    return event(controller, thing, kind, action, state, StructuralDiff.summary(state), doing);
  }

  private static AuditEvent event(
      Controller controller,
      Thing thing,
      ChangeKind kind,
      String action,
      StateChange state,
      String line,
      Doing doing) {
    String name = Text.required(thing.name(), 1024);
    Instant since = doing.since();
    Change change =
        Change.of(kind, Phase.OCCURRED, action)
            .state(state)
            .summary(Text.required(thing.name() + ": " + line, 2000))
            .observedLate(since == null ? null : new Interval(since, doing.at()))
            .build();
    String hash =
        CanonicalContent.hash(state.after() == null ? TextNode.valueOf(action) : state.after());
    String id =
        kind.name()
            + "-"
            + Text.inId(thing.kind() + "-" + thing.name(), 300)
            + "-"
            + doing.at().toEpochMilli()
            + "-"
            + hash.substring(0, 16);
    AuditEvent.Builder event =
        AuditEvent.builder(controller.ref(id), doing.at(), doing.actor(), change)
            .target(
                new Target(
                    null, ENVIRONMENT, null, null, null, new Resource(thing.kind(), name, null)));
    Description.put(event, "jenkins.url", controller.url(""));
    return event.build();
  }
}
