// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Changes that a pipeline tells of by itself: a configuration, a flag, or anything else. */
public final class DeclaredChanges {
  private DeclaredChanges() {}

  /**
   * Where, when and why; what all of them have.
   *
   * @param key which of the run's changes it is
   */
  public record Told(
      String key,
      Instant at,
      @Nullable String service,
      @Nullable String environment,
      @Nullable String stage,
      @Nullable String summary,
      @Nullable String reason,
      @Nullable String ticket) {}

  /** One setting has another value. */
  public static AuditEvent config(
      RunFacts run, Told told, @Nullable String name, @Nullable String from, @Nullable String to) {
    String key = required("key", name, "name the setting, as in key: 'payment.timeout'");
    StateChange state = StructuralDiff.between(value(key, from), value(key, to));
    return event(
        run,
        told,
        ChangeKind.CONFIG,
        from == null ? "create" : to == null ? "delete" : "update",
        new Resource("configuration", key, null),
        state,
        null,
        key + where(told) + difference(from, to));
  }

  /** A flag is set otherwise, or reaches another share. */
  public static AuditEvent flag(
      RunFacts run,
      Told told,
      @Nullable String name,
      @Nullable String from,
      @Nullable String to,
      @Nullable Double percentage) {
    String key = required("key", name, "name the flag, as in key: 'new-checkout'");
    if (to == null && percentage == null) {
      throw new IllegalArgumentException(
          "to or percentage is required: say what became of the flag");
    }
    if (percentage != null && !(percentage >= 0 && percentage <= 100)) {
      throw new IllegalArgumentException("percentage must be from 0 to 100, not " + percentage);
    }
    StateChange state = StructuralDiff.between(value("value", from), value("value", to));
    String share = percentage == null ? "" : " at " + Change.percent(percentage);
    return event(
        run,
        told,
        ChangeKind.FEATURE_FLAG,
        action(to),
        new Resource(Resource.FEATURE_FLAG, key, null),
        state,
        percentage,
        "flag " + key + where(told) + (to == null ? ":" : difference(from, to)) + share);
  }

  private static String action(@Nullable String to) {
    if (to == null) {
      return "update";
    }
    return switch (to.toLowerCase(Locale.ROOT)) {
      case "true", "on", "enabled" -> "enable";
      case "false", "off", "disabled" -> "disable";
      default -> "update";
    };
  }

  /** Whatever the other two are not. */
  public static AuditEvent event(
      RunFacts run, Told told, @Nullable String kind, @Nullable String action) {
    ChangeKind of =
        ChangeKind.of(
            required("kind", kind, "say what sort of change it is, as in kind: 'schema'")
                .toLowerCase(Locale.ROOT));
    String what = action == null || action.isBlank() ? "perform" : action.strip();
    return event(
        run, told, of, what, null, StateChange.none(), null, of + " " + what + where(told));
  }

  private static AuditEvent event(
      RunFacts run,
      Told told,
      ChangeKind kind,
      String action,
      @Nullable Resource resource,
      StateChange state,
      @Nullable Double percentage,
      String line) {
    String place = Text.cut(run.placement().environment(told.environment()), 256);
    if (kind.altersAnEnvironment() && place == null) {
      throw new IllegalArgumentException(
          "environment is required: say where it was changed, as in environment: 'prod'");
    }
    Change change =
        Change.of(kind, Phase.OCCURRED, Text.required(action.toLowerCase(Locale.ROOT), 64))
            .id("change-" + run.key() + "-" + Text.inId(told.key(), 100))
            .summary(Text.required(told.summary() == null ? line : told.summary(), 2000))
            .reason(Text.cut(told.reason(), 8192))
            .ticket(Text.cut(told.ticket(), 1024))
            .state(state)
            .rollout(percentage)
            .backfilled(run.backfilled())
            .build();
    EventRef ref = run.controller().ref("change-" + run.key() + "-" + Text.inId(told.key(), 100));
    Actor actor = Actors.of(run);
    String service = Text.cut(told.service(), 256);
    AuditEvent.Builder event =
        AuditEvent.builder(ref, told.at(), actor, change)
            .onBehalfOf(Actors.author(run, actor))
            .provenance(Description.provenance(run, told.stage(), List.of()))
            .links(Description.links(run, List.of(RunEvents.startedRef(run))));
    if (service != null || place != null || resource != null) {
      event.target(
          new Target(
              service != null ? service : Description.service(run),
              place,
              null,
              null,
              null,
              resource));
    }
    Description.describe(run, event);
    return event.build();
  }

  private static String required(String name, @Nullable String value, String hint) {
    String text = Text.cut(value, 256);
    if (text == null) {
      throw new IllegalArgumentException(name + " is required: " + hint);
    }
    return text.strip();
  }

  private static @Nullable JsonNode value(String key, @Nullable String value) {
    return value == null
        ? null
        : JsonNodeFactory.instance.objectNode().set(key, TextNode.valueOf(value));
  }

  private static String where(Told told) {
    return told.environment() == null ? "" : " in " + told.environment();
  }

  private static String difference(@Nullable String from, @Nullable String to) {
    if (from == null || to == null) {
      return to == null ? ": removed" : ": " + Text.required(to, 100);
    }
    return ": " + Text.required(from, 100) + " → " + Text.required(to, 100);
  }
}
