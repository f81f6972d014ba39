// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.source.Payload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Entries of an organisation's audit log that no webhook tells: secrets, variables and settings.
 * The values are never in it. Stateless.
 *
 * @see <a
 *     href="https://docs.github.com/enterprise-cloud@latest/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization">Audit
 *     log events</a>
 */
public final class GithubAuditLogMapper {
  private static final Pattern SECRET_OR_VARIABLE =
      Pattern.compile(
          "(?:org|repo|environment|enterprise)\\.(create|update|remove)_actions_(secret|variable)");

  private static final Pattern SETTING =
      Pattern.compile(
          "(?:(?:org|repo)\\.(?:set_\\w+|update_actions_settings|update_default_\\w+|actions_enabled"
              + "|(?:un)?register_self_hosted_runner|runner_group_\\w+)"
              + "|environment\\.(?:create|delete|\\w+_protection_rule)"
              + "|hook\\.(?:create|destroy|config_changed|events_changed|active_changed)"
              + "|integration_installation\\.(?:create|destroy|suspend|unsuspend|repositories_\\w+)"
              + "|workflows\\.(?:enable|disable)_workflow)");

  /**
   * The change that an entry tells of; empty where a webhook tells it too, or it is none.
   *
   * @param entry as the API and the stream have it
   * @param server address of GitHub, with which sources begin
   * @throws io.changetrail.model.InvalidEventException if it is no entry of an audit log
   */
  public Optional<AuditEvent> map(JsonNode entry, String server) {
    Payload logged = Payload.of(entry);
    String action = logged.required("/action");
    Matcher held = SECRET_OR_VARIABLE.matcher(action);
    if (held.matches()) {
      boolean secret = held.group(2).equals("secret");
      return Optional.of(
          event(
              logged,
              server,
              secret ? ChangeKind.SECRET_ROTATION : ChangeKind.CONFIG,
              held.group(1).equals("remove") ? "delete" : held.group(1),
              "actions_" + held.group(2),
              first(logged, "/key", "/name", "/secret_name", "/variable_name")));
    }
    if (!SETTING.matcher(action).matches()) {
      return Optional.empty();
    }
    String category = action.substring(0, action.indexOf('.'));
    return Optional.of(
        event(
            logged,
            server,
            ChangeKind.CONFIG,
            verb(action.substring(action.indexOf('.') + 1)),
            category + "_setting",
            first(logged, "/name", "/environment_name", "/integration", "/workflow_name")));
  }

  private static String verb(String words) {
    String first = words.replaceFirst("_.*", "");
    return switch (first) {
      case "create", "add", "register" -> "create";
      case "delete", "destroy", "remove", "unregister" -> "delete";
      case "enable", "disable" -> first;
      default -> "update";
    };
  }

  private static AuditEvent event(
      Payload logged,
      String server,
      ChangeKind kind,
      String verb,
      String resource,
      @Nullable String name) {
    String repository = first(logged, "/repo", "/repository");
    String place = repository == null ? logged.required("/org") : repository;
    String environment = first(logged, "/environment_name");
    String what = logged.required("/action") + (name == null ? "" : " " + name);
    return AuditEvent.builder(
            new EventRef(server + "/" + place, "audit_log-" + logged.required("/_document_id")),
            time(logged),
            actor(logged),
            Change.of(kind, Phase.OCCURRED, verb).summary(what + " in " + place).build())
        .target(
            new Target(
                repository,
                environment == null ? Administration.ENVIRONMENT : environment,
                null,
                null,
                null,
                new Resource(resource, name == null ? place : name, null)))
        .build();
  }

  /** In milliseconds, unlike everywhere else. */
  private static Instant time(Payload logged) {
    for (String field : List.of("@timestamp", "created_at")) {
      JsonNode millis = logged.field(field).node();
      if (millis.canConvertToLong() && millis.asLong() > 0 && millis.asLong() < 1L << 45) {
        return Instant.ofEpochMilli(millis.asLong());
      }
    }
    throw logged.missing("/@timestamp");
  }

  private static Actor actor(Payload logged) {
    String login = logged.cut("/actor", 512);
    return login == null
        ? Actor.unknown()
        : new Actor(
            login,
            null,
            logged.at("/actor_is_bot").node().asBoolean() ? Actor.Kind.SERVICE : Actor.Kind.USER,
            null,
            Actor.Evidence.AUDIT_LOG);
  }

  private static @Nullable String first(Payload logged, String... pointers) {
    for (String pointer : pointers) {
      String text = logged.cut(pointer, 512);
      if (text != null) {
        return text;
      }
    }
    return null;
  }
}
