// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.unleash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.StateChange;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.Flag;
import io.changetrail.source.Payload;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Unleash's events as audit events. Stateless.
 *
 * <p>An event's id is the flag's place and Unleash's own number of the event, so a redelivery is
 * the same event again. What Unleash tells without an environment (a flag created, archived or
 * revived) alters none that it names, and becomes an activity on the flag.
 *
 * @see <a href="https://docs.getunleash.io/concepts/events">Events</a>
 */
public final class UnleashMapper {
  private static final Set<String> KNOWN =
      Set.of(
          "feature-environment-enabled",
          "feature-environment-disabled",
          "feature-strategy-add",
          "feature-strategy-update",
          "feature-strategy-remove",
          "feature-environment-variants-updated",
          "feature-variants-updated",
          "feature-created",
          "feature-archived",
          "feature-revived",
          "feature-deleted",
          // What a change request alters comes as events of its own.
          "change-request-applied");

  /** Whether this mapper knows events of that type, even if they change nothing. */
  public static boolean knows(String type) {
    return KNOWN.contains(type);
  }

  /**
   * The events that a delivery tells of.
   *
   * @param installation name of the Unleash instance, which its payloads do not tell
   * @throws io.changetrail.model.InvalidEventException if the payload is not of Unleash's form
   */
  public List<AuditEvent> map(JsonNode payload, String installation) {
    Payload event = Payload.of(payload);
    return switch (event.required("/type")) {
      case "feature-environment-enabled" -> toggled(event, installation, true);
      case "feature-environment-disabled" -> toggled(event, installation, false);
      case "feature-strategy-add", "feature-strategy-update", "feature-strategy-remove" ->
          targeted(event, installation);
      case "feature-environment-variants-updated", "feature-variants-updated" ->
          varied(event, installation);
      case "feature-created" -> activity(event, installation, "create", "created");
      case "feature-archived" -> activity(event, installation, "archive", "archived");
      case "feature-revived" -> activity(event, installation, "restore", "revived");
      case "feature-deleted" -> activity(event, installation, "delete", "deleted");
      default -> List.of();
    };
  }

  private static List<AuditEvent> toggled(Payload event, String installation, boolean on) {
    return List.of(
        event(
            event,
            installation,
            Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, on ? "enable" : "disable")
                .state(StructuralDiff.between(enabled(!on), enabled(on)))
                // While it is on, its strategies say for whom; the payload does not have them.
                .rollout(on ? null : 0.0),
            on ? "off → on" : "on → off"));
  }

  private static ObjectNode enabled(boolean on) {
    return JsonNodeFactory.instance.objectNode().put("enabled", on);
  }

  private static List<AuditEvent> targeted(Payload event, String installation) {
    Strategy before = Strategy.of(event.at("/preData"));
    Strategy after = Strategy.of(event.at("/data"));
    StateChange state =
        StructuralDiff.between(
            before == null ? null : before.state(), after == null ? null : after.state());
    return List.of(
        event(
            event,
            installation,
            Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, "update")
                .state(state)
                .rollout(after == null ? null : after.share()),
            text(before, after, state)));
  }

  private static String text(
      @Nullable Strategy before, @Nullable Strategy after, StateChange state) {
    if (before == null) {
      return after == null ? "its strategies changed" : "for more: " + after;
    }
    if (after == null) {
      return "no more for: " + before;
    }
    return before.toString().equals(after.toString())
        ? before.name() + " " + StructuralDiff.summary(state)
        : before + " → " + after;
  }

  private static List<AuditEvent> varied(Payload event, String installation) {
    StateChange state = StructuralDiff.between(tree(event.at("/preData")), tree(event.at("/data")));
    String text = "variants: " + StructuralDiff.summary(state);
    return event.text("/environment") == null
        ? List.of(event(event, installation, activity("update").state(state), text))
        : List.of(
            event(
                event,
                installation,
                Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, "update").state(state),
                text));
  }

  private static @Nullable JsonNode tree(Payload part) {
    return part.node().isContainerNode() ? part.node().deepCopy() : null;
  }

  private static List<AuditEvent> activity(
      Payload event, String installation, String action, String text) {
    return List.of(event(event, installation, activity(action), text));
  }

  private static Change.Builder activity(String action) {
    return Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, action);
  }

  private static AuditEvent event(
      Payload event, String installation, Change.Builder change, String text) {
    Flag flag =
        new Flag(
            "unleash",
            event.text("/project"),
            event.text("/environment"),
            event.required("/featureName"));
    String place =
        (flag.project() == null ? "" : flag.project() + "/")
            + (flag.environment() == null ? "" : flag.environment() + "/")
            + flag.key();
    String request =
        "change-request".equals(event.text("/groupType")) ? event.cut("/groupId", 512) : null;
    return flag.event(
            new EventRef("/unleash/" + installation, place + "/event-" + event.required("/id")),
            event.time("/createdAt"),
            actor(event),
            change.summary(flag.summary(text)).ticket(request).build())
        .build();
  }

  /** Unleash has people's user names or addresses, and names of tokens, in one field. */
  private static Actor actor(Payload event) {
    String id = event.cut("/createdBy", 512);
    if (id == null) {
      return Actor.unknown();
    }
    boolean system = id.equals("unleash_system_user") || id.equals("unleash_system");
    return new Actor(
        id, null, system ? Actor.Kind.SYSTEM : Actor.Kind.USER, null, Actor.Evidence.DECLARED);
  }
}
