// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What is not as it was declared, by namespace. */
@Command(
    name = "drift",
    header = "List what is not as it was declared, by namespace.",
    description = {
      "",
      "Each field that somebody changed beside what declares it, and has not been put back: what is"
          + " declared, what is live, who wrote it and since when.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  changetrail drift --environment prod",
      "  changetrail drift --namespace shop --json | jq .fields",
      ""
    })
final class Drift implements Callable<Integer> {
  private static final int PAGE = 500;

  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final Filters filters = new Filters();

  private Drift(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  static CommandLine command(Session session, Remote remote) {
    Drift drift = new Drift(session, remote);
    CommandLine command = new CommandLine(drift);
    drift.filters.addFieldsTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() {
    List<ReceivedEvent> open = open();
    Output output = session.output();
    if (session.json()) {
      open.forEach(drift -> output.json(json(drift)));
      return ExitCodes.OK;
    }
    if (open.isEmpty()) {
      output.note("everything that was looked at is as declared");
      return ExitCodes.OK;
    }
    Table table =
        new Table(3, "NAMESPACE", "OBJECT", "FIELD", "DECLARED", "LIVE", "BY", "SINCE", "ID");
    for (ReceivedEvent drift : open) {
      rows(table, drift);
    }
    output.table(table);
    return ExitCodes.OK;
  }

  /** The newest event of each object, where that is one of drift. */
  private List<ReceivedEvent> open() {
    QueryString parameters =
        filters.parameters().withAll("action", List.of(Change.DRIFT, Change.DRIFT_RESOLVED));
    AuditServer server = remote.connect();
    Set<String> seen = new HashSet<>();
    List<ReceivedEvent> open = new ArrayList<>();
    String next = null;
    do {
      JsonNode answer =
          server.get("/v1/events", parameters.copy().with("limit", PAGE).with("cursor", next));
      for (JsonNode json : answer.path("events")) {
        ReceivedEvent drift = ReceivedEvent.from(json);
        AuditEvent event = drift.event();
        if (seen.add(event.ref().source() + " " + place(event))
            && event.change().action().equals(Change.DRIFT)) {
          open.add(drift);
        }
      }
      next = answer.path("nextCursor").asText(null);
    } while (next != null);
    open.sort(
        Comparator.comparing((ReceivedEvent drift) -> namespace(drift.event()))
            .thenComparing(drift -> object(drift.event())));
    return open;
  }

  private static String place(AuditEvent event) {
    Resource resource = resource(event);
    return resource == null || resource.uid() == null
        ? namespace(event) + "/" + object(event)
        : resource.uid();
  }

  private static @Nullable Target target(AuditEvent event) {
    return event.targets().isEmpty() ? null : event.targets().get(0);
  }

  private static @Nullable Resource resource(AuditEvent event) {
    Target target = target(event);
    return target == null ? null : target.resource();
  }

  private static String namespace(AuditEvent event) {
    Target target = target(event);
    return target == null || target.namespace() == null ? "-" : target.namespace();
  }

  private static String object(AuditEvent event) {
    Resource resource = resource(event);
    return resource == null ? "-" : resource.name();
  }

  private static JsonNode state(AuditEvent event) {
    JsonNode after = event.change().state().after();
    return after == null ? JsonNodeFactory.instance.objectNode() : after;
  }

  private static String since(AuditEvent event) {
    return state(event).path("since").asText(event.time().toString());
  }

  private static void rows(Table table, ReceivedEvent drift) {
    AuditEvent event = drift.event();
    Actor actor = event.principal().orElse(event.actor());
    String by = actor.evidence() == Actor.Evidence.UNKNOWN ? "-" : actor.id();
    state(event)
        .path("fields")
        .properties()
        .forEach(
            field ->
                table.row(
                    List.of(
                        Line.of(namespace(event), Style.CYAN),
                        Line.of(object(event), Style.BOLD),
                        Line.of(field.getKey()),
                        Line.of(text(field.getValue().path("declared"))),
                        Line.of(text(field.getValue().path("live")), Style.YELLOW),
                        Line.of(by),
                        Line.of(EventText.time(since(event)), Style.FAINT),
                        Line.of(drift.eventId(), Style.FAINT))));
  }

  private static String text(JsonNode value) {
    return value.isMissingNode()
        ? "absent"
        : value.isValueNode() ? value.asText() : value.toString();
  }

  private static ObjectNode json(ReceivedEvent drift) {
    AuditEvent event = drift.event();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("eventId", drift.eventId());
    Target target = target(event);
    if (target != null) {
      json.put("cluster", target.cluster())
          .put("environment", target.environment())
          .put("namespace", target.namespace())
          .put("service", target.service());
    }
    json.put("object", object(event)).put("since", since(event));
    Actor actor = event.principal().orElse(event.actor());
    json.putObject("actor").put("id", actor.id()).put("evidence", actor.evidence().wireName());
    return json.set("fields", state(event).path("fields"));
  }
}
