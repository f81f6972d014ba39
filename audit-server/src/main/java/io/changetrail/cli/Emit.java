// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Records a change that a person made, or sends events that some tool wrote. */
@Command(
    name = "emit",
    header = "Record a change by hand, or send events from a file.",
    description = {
      "",
      "Secrets are replaced before anything leaves this machine. The same command with the same"
          + " --at is stored once, however often it runs.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  changetrail emit --service checkout --environment prod --action update \\",
      "      --summary \"DNS of checkout moved to the new load balancer\" --ticket OPS-7",
      "  changetrail emit --kind config --service checkout --environment prod \\",
      "      --before @old.json --after @new.json --reason \"pool too small\"",
      "  changetrail emit --file events.ndjson",
      ""
    })
final class Emit implements Callable<Integer> {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final RedactionKeyOption redaction;

  @ArgGroup(exclusive = false, heading = "%nThe change:%n")
  private @Nullable ManualChange change;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = {
        "Instead of describing a change: send the CloudEvents in this file (- is standard input),",
        "one object, an array, or one object per line."
      })
  private @Nullable String file;

  @Option(names = "--dry-run", description = "Print what would be sent, and send nothing.")
  private boolean dryRun;

  Emit(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
    redaction = new RedactionKeyOption(session.surroundings());
  }

  @Override
  public Integer call() {
    if ((file == null) == (change == null)) {
      throw Failure.usage(
          "give either a change (--summary, --service, …) or --file",
          "see `changetrail emit --help`");
    }
    Redactor redactor = new Redactor(RedactionRules.defaults(), redaction.key());
    return change != null ? record(change, redactor) : sendFile(String.valueOf(file), redactor);
  }

  private int record(ManualChange described, Redactor redactor) {
    AuditEvent event = described.event(session.surroundings(), redactor);
    Shipment shipment = new Shipment(remote.connect());
    try {
      ship(0, event, shipment);
      shipment.flush();
    } catch (Failure failure) {
      if (failure.exitCode() == ExitCodes.UNREACHABLE && !described.isTimed()) {
        session.output().note("to try again without recording it twice, add --at " + event.time());
      }
      throw failure;
    }
    return report(shipment, event);
  }

  private int sendFile(String name, Redactor redactor) {
    Shipment shipment = new Shipment(remote.connect());
    try (EventFile events = EventFile.open(name, session.surroundings().in())) {
      for (int place = 0; ; place++) {
        JsonNode next = null;
        try {
          next = events.next();
          if (next == null) {
            break;
          }
          ship(place, redactor.redact(decoded(next)), shipment);
        } catch (InvalidEventException e) {
          // Of many events one may be wrong without the others having to suffer.
          String id = next == null ? null : next.path("id").asText(null);
          shipment.reject(place, id, String.valueOf(e.getMessage()));
        }
      }
    }
    shipment.flush();
    return report(shipment, null);
  }

  private static AuditEvent decoded(JsonNode json) {
    if (json instanceof ObjectNode envelope) {
      return CODEC.decode(envelope);
    }
    throw new InvalidEventException("body", "must be a JSON object: one CloudEvent");
  }

  private void ship(int place, AuditEvent event, Shipment shipment) {
    if (dryRun) {
      session.output().json(CODEC.toTree(event));
    } else {
      shipment.add(place, event);
    }
  }

  private int report(Shipment shipment, @Nullable AuditEvent single) {
    Output output = session.output();
    ObjectNode total = shipment.total();
    if (!dryRun && session.json()) {
      if (single != null) {
        total.put("source", single.ref().source()).put("id", single.ref().id());
      }
      output.json(total);
    } else if (!dryRun) {
      output.line(single == null ? counts(total) : sentence(shipment, single));
    }
    for (JsonNode error : total.path("errors")) {
      String id = error.path("id").asText("");
      output.note(
          Line.of("event " + error.path("index").asInt(), Style.BOLD)
              .and(id.isEmpty() ? ": " : " (" + id + "): ")
              .and(error.path("detail").asText()));
    }
    return shipment.isComplete() ? ExitCodes.OK : ExitCodes.REFUSED;
  }

  private static Line counts(ObjectNode total) {
    List<String> parts = new ArrayList<>();
    total
        .properties()
        .forEach(
            count -> {
              if (count.getValue().isInt()) {
                parts.add(count.getValue().asInt() + " " + count.getKey());
              }
            });
    return Line.of(String.join(", ", parts));
  }

  private static Line sentence(Shipment shipment, AuditEvent event) {
    Line what = Line.of(event.change().summary(), Style.BOLD);
    Line name = Line.of(" (" + event.ref() + ")", Style.FAINT);
    if (shipment.count("accepted") == 1) {
      return Line.of("recorded: ", Style.GREEN).and(what).and(name);
    }
    if (shipment.count("duplicate") == 1) {
      return Line.of("was recorded already: ").and(what).and(name);
    }
    return shipment.count("conflicting") == 1
        ? Line.of("conflict: ", Style.YELLOW)
            .and("another change has this id; this one is kept apart and flagged")
            .and(name)
        : Line.of("not recorded: ", Style.RED).and(what).and(name);
  }
}
