// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.flagsmith;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.Flag;
import io.changetrail.source.Payload;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Flagsmith's webhooks as audit events. Stateless.
 *
 * <p>An event's id is made of Flagsmith's own ids of project, environment, feature and override,
 * and of the moment of the change to the microsecond: the hook of an environment and that of its
 * organisation tell the same event. Whose override it is stays out: an identity is a person.
 *
 * @see <a
 *     href="https://docs.flagsmith.com/administration-and-security/platform-configuration/environment-settings#environment-webhooks">Environment
 *     webhooks</a>
 */
public final class FlagsmithMapper {
  private static final Set<String> KNOWN =
      Set.of(
          "FLAG_UPDATED",
          "FLAG_DELETED",
          // Each flag that the version alters comes as FLAG_UPDATED too.
          "NEW_VERSION_PUBLISHED");

  /** Whether this mapper knows deliveries of that type, even if they change nothing. */
  public static boolean knows(String type) {
    return KNOWN.contains(type);
  }

  /**
   * The events that a delivery tells of.
   *
   * @param installation name of the Flagsmith instance, which its payloads do not tell
   * @throws io.changetrail.model.InvalidEventException if the payload is not of Flagsmith's form
   */
  public List<AuditEvent> map(JsonNode payload, String installation) {
    Payload delivery = Payload.of(payload);
    String type = delivery.required("/event_type");
    if (!type.startsWith("FLAG_")) {
      return List.of();
    }
    Payload data = delivery.at("/data");
    Payload described =
        data.at("/new_state").node().isObject()
            ? data.at("/new_state")
            : data.at("/previous_state");
    if (!described.node().isObject()) {
      throw data.missing("/new_state");
    }
    Flag flag =
        new Flag(
            "flagsmith",
            described.text("/feature/project/name"),
            described.required("/environment/name"),
            described.required("/feature/name"));
    FlagState before = FlagState.of(data.at("/previous_state"), flag);
    FlagState after =
        type.equals("FLAG_DELETED") ? null : FlagState.of(data.at("/new_state"), flag);
    if (before == null && after == null) {
      throw data.missing("/new_state");
    }
    return List.of(event(data, described, flag, before, after, installation));
  }

  private static AuditEvent event(
      Payload data,
      Payload described,
      Flag flag,
      @Nullable FlagState before,
      @Nullable FlagState after,
      String installation) {
    Audience audience = audience(described);
    Change change =
        Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, Flag.action(isOn(before), isOn(after)))
            .summary(flag.summary(audience.words() + text(before, after)))
            .state(
                StructuralDiff.between(
                    before == null ? null : before.tree(), after == null ? null : after.tree()))
            .rollout(audience.ofAll() ? (after == null ? 0.0 : after.percentage()) : null)
            .build();
    AuditEvent.Builder event =
        flag.event(
            new EventRef(
                "/flagsmith/" + installation,
                described.required("/feature/project/id")
                    + "/"
                    + described.required("/environment/id")
                    + "/"
                    + described.required("/feature/id")
                    + "/"
                    + audience.id()
                    + data.time("/timestamp")),
            data.time("/timestamp"),
            actor(data),
            change);
    String segment = described.cut("/feature_segment/segment/name", 512);
    if (segment != null) {
      event.attribute("changetrail.feature_flag.segment", TextNode.valueOf(segment));
    }
    return event.build();
  }

  /** For whom a value was set apart, as part of an id and in words. */
  private record Audience(String id, String words, boolean ofAll) {}

  private static Audience audience(Payload described) {
    if (described.at("/feature_segment").node().isObject()) {
      String name = described.line("/feature_segment/segment/name", 100);
      String id = described.cut("/feature_segment/segment/id", 64);
      return new Audience(
          "segment-" + (id == null ? "" : id) + "/",
          "for segment " + (name == null ? id : name) + ", ",
          false);
    }
    if (described.text("/identity") != null || described.text("/identity_identifier") != null) {
      String id = described.cut("/identity", 64);
      return new Audience("identity-" + (id == null ? "" : id) + "/", "for one identity, ", false);
    }
    return new Audience("", "", true);
  }

  private static @Nullable Boolean isOn(@Nullable FlagState flag) {
    return flag == null ? null : flag.enabled();
  }

  private static String text(@Nullable FlagState before, @Nullable FlagState after) {
    if (after == null) {
      return "deleted";
    }
    return before == null ? "set to " + after : before + " → " + after;
  }

  /** One field for people's addresses and for names of API keys. */
  private static Actor actor(Payload data) {
    String by = data.cut("/changed_by", 512);
    if (by == null) {
      return Actor.unknown();
    }
    return new Actor(
        by,
        null,
        by.indexOf('@') > 0 ? Actor.Kind.USER : Actor.Kind.SERVICE,
        null,
        Actor.Evidence.DECLARED);
  }
}
