// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.Payload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What people set up at GitHub itself: protection of branches, rulesets, who may do what, and the
 * repositories' settings. They hold in no environment that software runs in; {@link #ENVIRONMENT}
 * stands for GitHub.
 */
final class Administration {
  static final String ENVIRONMENT = "github";

  private static final List<String> VOLATILE =
      List.of("created_at", "updated_at", "node_id", "_links", "current_user_can_bypass");

  /** What was done, by the provider's word for it. */
  private static final Map<String, String> VERBS =
      Map.ofEntries(
          Map.entry("created", "create"),
          Map.entry("deleted", "delete"),
          Map.entry("edited", "update"),
          Map.entry("added", "grant"),
          Map.entry("removed", "revoke"),
          Map.entry("added_to_repository", "grant"),
          Map.entry("removed_from_repository", "revoke"),
          Map.entry("member_added", "grant"),
          Map.entry("member_removed", "revoke"),
          Map.entry("privatized", "update"),
          Map.entry("publicized", "update"),
          Map.entry("archived", "archive"),
          Map.entry("unarchived", "unarchive"),
          Map.entry("renamed", "rename"),
          Map.entry("transferred", "transfer"));

  private Administration() {}

  static List<AuditEvent> branchProtection(Payload delivery, DeliveryId guid) {
    Payload rule = delivery.at("/rule");
    return object(delivery, guid, rule, "branch_protection_rule", wholeState(delivery, rule));
  }

  static List<AuditEvent> ruleset(Payload delivery, DeliveryId guid) {
    Payload ruleset = delivery.at("/repository_ruleset");
    Payload changes = delivery.at("/changes");
    // Of its rules and conditions only those that changed are told, not what they were.
    boolean partly = changes.at("/rules").isPresent() || changes.at("/conditions").isPresent();
    StateChange state =
        partly
            ? new StateChange(null, stable(ruleset), null, List.of(), false)
            : wholeState(delivery, ruleset);
    return object(delivery, guid, ruleset, "repository_ruleset", state);
  }

  private static List<AuditEvent> object(
      Payload delivery, DeliveryId guid, Payload object, String kind, StateChange state) {
    String action = delivery.required("/action");
    String verb = VERBS.get(action);
    if (verb == null) {
      return List.of();
    }
    String name = object.required("/name");
    Instant updated = object.time("/updated_at", "/created_at");
    String id = kind + "-" + object.required("/id") + "-" + action + "-" + updated.toEpochMilli();
    return List.of(
        event(
            delivery,
            id,
            ended(action, guid, updated),
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, verb)
                .state(state)
                .summary(kind.replace('_', ' ') + " " + name + " " + action + detail(verb, state))
                .build(),
            new Resource(kind, name, object.text("/id"))));
  }

  /** What was deleted has in its payload the moment of its last update. */
  private static Instant ended(String action, DeliveryId guid, Instant updated) {
    return action.equals("deleted") ? guid.time().orElse(updated) : updated;
  }

  private static String detail(String verb, StateChange state) {
    return verb.equals("update") && state.before() != null
        ? ": " + StructuralDiff.summary(state)
        : "";
  }

  /** Who may write to a repository, and who is in an organisation. */
  static List<AuditEvent> member(Payload delivery, Payload member, DeliveryId guid) {
    String action = delivery.required("/action");
    String verb = VERBS.get(action);
    if (verb == null || !member.isPresent()) {
      return List.of();
    }
    String login = member.required("/login");
    return access(delivery, guid, "member", login, member.text("/id"), action, verb);
  }

  static List<AuditEvent> team(Payload delivery, DeliveryId guid) {
    String action = delivery.required("/action");
    String verb = VERBS.get(action);
    Payload team = delivery.at("/team");
    return verb == null
        ? List.of()
        : access(delivery, guid, "team", team.required("/name"), team.text("/id"), action, verb);
  }

  static List<AuditEvent> deployKey(Payload delivery, DeliveryId guid) {
    String action = delivery.required("/action");
    String verb = VERBS.get(action);
    Payload key = delivery.at("/key");
    return verb == null
        ? List.of()
        : access(
            delivery, guid, "deploy_key", key.required("/title"), key.text("/id"), action, verb);
  }

  /**
   * These payloads have no moment, and what is granted again after it was revoked looks the same.
   * What is made and deleted has a number of its own that no other gets, so that happens once.
   */
  private static List<AuditEvent> access(
      Payload delivery,
      DeliveryId guid,
      String kind,
      String name,
      @Nullable String uid,
      String action,
      String verb) {
    Repository place = Repository.orOrganization(delivery);
    Instant time = guid.timeOr(delivery, "/repository/updated_at", "/key/created_at");
    StateChange state = changedFields(delivery.at("/changes"), delivery.at("/" + kind).node());
    boolean once = uid != null && (action.equals("created") || action.equals("deleted"));
    return List.of(
        event(
            delivery,
            kind
                + "-"
                + (uid == null ? name : uid)
                + "-"
                + action
                + (once ? "" : "-" + guid.occurrence(time)),
            time,
            Change.of(ChangeKind.PERMISSION, Phase.OCCURRED, verb)
                .state(state)
                .summary(
                    kind.replace('_', ' ')
                        + " "
                        + name
                        + " "
                        + action.replace('_', ' ')
                        + (action.endsWith("repository") ? " " : " in ")
                        + place.name())
                .build(),
            new Resource(kind, name, uid)));
  }

  static List<AuditEvent> repository(Payload delivery, DeliveryId guid) {
    String action = delivery.required("/action");
    String verb = VERBS.get(action);
    if (verb == null) {
      return List.of();
    }
    Payload repository = delivery.at("/repository");
    Instant updated = repository.time("/updated_at", "/created_at");
    boolean visibility = action.equals("privatized") || action.equals("publicized");
    return List.of(
        event(
            delivery,
            "repository-"
                + repository.required("/id")
                + "-"
                + action
                + "-"
                + updated.toEpochMilli(),
            ended(action, guid, updated),
            Change.of(visibility ? ChangeKind.PERMISSION : ChangeKind.CONFIG, Phase.OCCURRED, verb)
                .state(changedFields(delivery.at("/changes"), repository.node()))
                .summary("repository " + repository.required("/full_name") + " " + action)
                .build(),
            new Resource("repository", repository.required("/full_name"), repository.text("/id"))));
  }

  private static AuditEvent event(
      Payload delivery, String id, Instant time, Change change, Resource resource) {
    Repository place = Repository.orOrganization(delivery);
    boolean inRepository = delivery.at("/repository").isPresent();
    return AuditEvent.builder(place.ref(id), time, Accounts.actor(delivery, "/sender"), change)
        .target(
            new Target(inRepository ? place.name() : null, ENVIRONMENT, null, null, null, resource))
        .build();
  }

  /** The object as it is and as it was before {@code changes}. */
  private static StateChange wholeState(Payload delivery, Payload object) {
    ObjectNode now = stable(object);
    return switch (String.valueOf(delivery.text("/action"))) {
      case "created" -> StructuralDiff.between(null, now);
      case "deleted" -> StructuralDiff.between(now, null);
      default -> {
        ObjectNode before = now.deepCopy();
        delivery
            .at("/changes")
            .node()
            .properties()
            .forEach(
                field -> {
                  JsonNode from = field.getValue().get("from");
                  if (from != null && now.has(field.getKey())) {
                    before.set(field.getKey(), from);
                  }
                });
        yield StructuralDiff.between(before, now);
      }
    };
  }

  private static ObjectNode stable(Payload object) {
    if (!(object.node() instanceof ObjectNode whole)) {
      throw object.missing("");
    }
    return whole.deepCopy().remove(VOLATILE);
  }

  /** The fields of which a payload says what they were. */
  private static StateChange changedFields(Payload changes, JsonNode now) {
    ObjectNode before = JsonNodeFactory.instance.objectNode();
    ObjectNode after = JsonNodeFactory.instance.objectNode();
    changes
        .node()
        .properties()
        .forEach(
            field -> {
              JsonNode from = field.getValue().get("from");
              JsonNode to = field.getValue().get("to");
              to = to != null ? to : now.get(field.getKey());
              if (from != null && from.isValueNode() && to != null && to.isValueNode()) {
                before.set(field.getKey(), from);
                after.set(field.getKey(), to);
              }
            });
    return before.isEmpty() ? StateChange.none() : StructuralDiff.between(before, after);
  }
}
