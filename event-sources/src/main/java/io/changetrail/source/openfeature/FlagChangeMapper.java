// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.openfeature;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents of type {@value #TYPE} as audit events. Stateless.
 *
 * <p>{@code data} has {@code key}, {@code environment}, optionally {@code project}, {@code
 * provider}, {@code actor} ({@code id}, {@code name}, {@code kind}), {@code comment} and {@code
 * ticket}, and {@code before} and {@code after}: the flag's definitions, of which one is absent
 * where the flag was made or deleted. Identity and time are those of the CloudEvent.
 */
final class FlagChangeMapper {
  static final String TYPE = "feature_flag.changed";

  private FlagChangeMapper() {}

  static AuditEvent map(JsonNode cloudEvent) {
    Payload envelope = Payload.of(cloudEvent);
    Payload data = envelope.at("/data");
    Flag flag =
        new Flag(
            provider(data),
            data.text("/project"),
            data.required("/environment"),
            data.required("/key"));
    FlagDefinition before = FlagDefinition.of(data.at("/before"));
    FlagDefinition after = FlagDefinition.of(data.at("/after"));
    if (before == null && after == null) {
      throw data.missing("/after");
    }
    Change change =
        change(flag, before, after)
            .reason(data.cut("/comment", 8192))
            .ticket(data.cut("/ticket", 1024))
            .build();
    return flag.event(
            new EventRef(envelope.required("/source"), envelope.required("/id")),
            envelope.time("/time"),
            actor(data),
            change)
        .build();
  }

  /**
   * What became of a flag.
   *
   * @param before {@code null} if it is new
   * @param after {@code null} if it was deleted
   */
  static Change.Builder change(
      Flag flag, @Nullable FlagDefinition before, @Nullable FlagDefinition after) {
    StateChange state =
        StructuralDiff.between(
            before == null ? null : before.state(), after == null ? null : after.state());
    return Change.of(
            ChangeKind.FEATURE_FLAG, Phase.OCCURRED, Flag.action(isOn(before), isOn(after)))
        .summary(flag.summary(text(before, after, state)))
        .state(state)
        .rollout(after == null ? null : after.percentage(before));
  }

  private static String provider(Payload data) {
    String provider = data.cut("/provider", 100);
    return provider == null ? "openfeature" : provider;
  }

  private static @Nullable Boolean isOn(@Nullable FlagDefinition flag) {
    return flag == null ? null : flag.enabled();
  }

  private static String text(
      @Nullable FlagDefinition before, @Nullable FlagDefinition after, StateChange state) {
    if (after == null) {
      return "deleted";
    }
    if (before == null) {
      return "created, " + after;
    }
    return before.toString().equals(after.toString())
        ? StructuralDiff.summary(state)
        : before + " → " + after;
  }

  private static Actor actor(Payload data) {
    String id = data.cut("/actor/id", 512);
    if (id == null) {
      return Actor.unknown();
    }
    String kind = data.text("/actor/kind");
    return new Actor(
        id,
        data.cut("/actor/name", 512),
        switch (kind == null ? "" : kind.toLowerCase(Locale.ROOT)) {
          case "service" -> Actor.Kind.SERVICE;
          case "system" -> Actor.Kind.SYSTEM;
          default -> Actor.Kind.USER;
        },
        null,
        Actor.Evidence.DECLARED);
  }
}
