// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.launchdarkly;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Phase;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.Flag;
import io.changetrail.source.Payload;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * LaunchDarkly's audit-log webhooks as audit events: one for each environment in which a flag's
 * targeting changed. Stateless.
 *
 * <p>A flag's project stands as the target service: it is all that LaunchDarkly knows of whom a
 * flag reaches, and the catalogue resolves it. An event's id is made of project, environment, key
 * and the flag's version there, so a redelivery is the same event again.
 *
 * @see <a href="https://launchdarkly.com/docs/api/audit-log/get-audit-log-entry">Audit log
 *     entry</a>
 */
public final class LaunchDarklyMapper {
  private static final String SITE = "https://app.launchdarkly.com";

  /** {@code proj/<project>:env/<environment>:flag/<key>}, each with optional {@code ;tags}. */
  private static final Pattern FLAG =
      Pattern.compile("proj/([^:;]+)[^:]*:env/([^:;]+)[^:]*:flag/([^:;]+).*");

  private record Place(String project, String environment, String key) {
    Flag flag() {
      return new Flag("launchdarkly", project, environment, key);
    }
  }

  /**
   * The events that a delivery tells of; none where no flag's targeting changed.
   *
   * @throws io.changetrail.model.InvalidEventException if the entry lacks its date or account
   */
  public List<AuditEvent> map(JsonNode payload) {
    Payload entry = Payload.of(payload);
    if (!"flag".equals(entry.text("/kind"))) {
      return List.of();
    }
    List<AuditEvent> events = new ArrayList<>();
    places(entry)
        .forEach(
            (place, verb) -> {
              AuditEvent event = event(entry, place, verb);
              if (event != null) {
                events.add(event);
              }
            });
    return events;
  }

  /** Where the entry reaches, with what was done: create, delete or update. */
  private static Map<Place, String> places(Payload entry) {
    Map<Place, String> places = new LinkedHashMap<>();
    for (JsonNode access : entry.at("/accesses").node()) {
      Matcher resource = FLAG.matcher(access.path("resource").asText());
      if (resource.matches()) {
        Place place = new Place(resource.group(1), resource.group(2), resource.group(3));
        String verb =
            switch (access.path("action").asText()) {
              case "createFlag", "cloneFlag" -> "create";
              case "deleteFlag" -> "delete";
              default -> "update";
            };
        places.merge(place, verb, (one, other) -> one.equals("update") ? other : one);
      }
    }
    return places;
  }

  private static @Nullable AuditEvent event(Payload entry, Place place, String verb) {
    Payload current = entry.at("/currentVersion");
    Payload previous = entry.at("/previousVersion");
    Targeting before = Targeting.of(previous, place.flag());
    Targeting after = verb.equals("delete") ? null : Targeting.of(current, place.flag());
    if (verb.equals("update")
        && before != null
        && after != null
        && before.state().equals(after.state())) {
      return null; // a new name, tag or description, or another environment's change
    }
    Targeting known = after != null ? after : before;
    Change change =
        Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, action(verb, before, after))
            .summary(summary(place, verb, before, after))
            .reason(entry.cut("/comment", 8192))
            .state(
                StructuralDiff.between(
                    before == null ? null : before.state(), after == null ? null : after.state()))
            .rollout(after == null ? null : after.percentage())
            .build();
    AuditEvent.Builder event =
        place
            .flag()
            .event(
                new EventRef(
                    "/launchdarkly/" + entry.required("/_accountId"),
                    id(entry, place, verb, known)),
                date(entry),
                actor(entry),
                change)
            .links(links(entry));
    if (known != null && known.version() != null) {
      event.attribute("feature_flag.version", TextNode.valueOf(known.version()));
    }
    if (after != null && !after.otherValues().isEmpty()) {
      ArrayNode values = JsonNodeFactory.instance.arrayNode();
      after.otherValues().forEach(values::add);
      event.attribute("feature_flag.result.variant", values);
    }
    return event.build();
  }

  private static String action(String verb, @Nullable Targeting before, @Nullable Targeting after) {
    if (!verb.equals("update") || before == null || after == null || before.on() == after.on()) {
      return verb;
    }
    return after.on() ? "enable" : "disable";
  }

  private static String summary(
      Place place, String verb, @Nullable Targeting before, @Nullable Targeting after) {
    return place.flag().summary(text(verb, before, after));
  }

  private static String text(String verb, @Nullable Targeting before, @Nullable Targeting after) {
    if (after == null) {
      return verb + "d";
    }
    if (before == null) {
      return (verb.equals("create") ? "created, " : "now ") + after;
    }
    return before.toString().equals(after.toString())
        ? StructuralDiff.summary(StructuralDiff.between(before.state(), after.state()))
        : before + " → " + after;
  }

  /** A flag that was deleted and made anew counts its versions anew: hence the time of creation. */
  private static String id(Payload entry, Place place, String verb, @Nullable Targeting known) {
    String flag = place.project() + "/" + place.environment() + "/" + place.key() + "/";
    Payload version = entry.at(verb.equals("delete") ? "/previousVersion" : "/currentVersion");
    String created = version.text("/creationDate");
    if (created == null || known == null || known.version() == null) {
      return flag + "entry-" + entry.required("/_id");
    }
    return flag + created + "/" + (verb.equals("delete") ? "deleted" : known.version());
  }

  private static Instant date(Payload entry) {
    try {
      return Instant.ofEpochMilli(Long.parseLong(entry.required("/date")));
    } catch (NumberFormatException | DateTimeException e) {
      throw entry.missing("/date");
    }
  }

  /** A member, by hand or by a token of theirs; else a service token or an application. */
  private static Actor actor(Payload entry) {
    String token = entry.cut("/token/name", 512);
    String app = entry.cut("/app/name", 512);
    String via = token != null ? token : app;
    String email = entry.cut("/member/email", 512);
    if (email != null) {
      String name =
          String.join(
                  " ",
                  Stream.of(entry.text("/member/firstName"), entry.text("/member/lastName"))
                      .filter(Objects::nonNull)
                      .toList())
              .strip();
      return new Actor(
          email,
          name.isEmpty() || name.length() > 512 ? null : name,
          Actor.Kind.USER,
          via,
          Actor.Evidence.DECLARED);
    }
    String id = entry.cut(token != null ? "/token/_id" : "/app/_id", 512);
    return via == null
        ? Actor.unknown()
        : new Actor(id != null ? id : via, via, Actor.Kind.SERVICE, null, Actor.Evidence.DECLARED);
  }

  private static Links links(Payload entry) {
    String site = entry.text("/_links/site/href");
    return site == null || !site.startsWith("/") || site.length() > 2000
        ? Links.none()
        : new Links(null, null, List.of(), Map.of("flag", SITE + site));
  }
}
