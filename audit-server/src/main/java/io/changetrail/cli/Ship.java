// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import io.changetrail.shipper.ShipperMetrics;
import io.changetrail.shipper.SpoolException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends events through a spool, so that none is lost while the server is away. */
@Command(
    name = "ship",
    header = "Send events through a spool on disk, which keeps them while the server is away.",
    description = {
      "",
      "Each event is in the spool once it is read, without its secrets. What the server does not"
          + " take in time stays there, and goes with the next run. The same event is stored once,"
          + " however often it is sent.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  some-tool | changetrail ship --spool /var/lib/changetrail/spool",
      "  changetrail ship --spool spool events.ndjson more.json",
      "  changetrail ship --spool spool --flush     # only what earlier runs left",
      "  changetrail ship --spool spool --replay    # and what the server refused",
      ""
    })
final class Ship implements Callable<Integer> {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final RedactionKeyOption redaction;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description = "The spool's directory, for one process at a time; else CHANGETRAIL_SPOOL.")
  private @Nullable Path spool;

  @Option(
      names = "--spool-mib",
      paramLabel = "MIB",
      description = "How large the spool may get; 256 unless given.")
  private int mebibytes = 256;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long to wait at the end until the server has everything; 30 unless given.")
  private int seconds = 30;

  @Option(
      names = "--installation",
      paramLabel = "ID",
      description = "Names who ships, in the account of losses; this host unless given.")
  private @Nullable String installation;

  @Option(
      names = "--short-lived",
      description =
          "Declare the last numbers at the end: these sources end with this run, as those of a job.")
  private boolean shortLived;

  @Option(
      names = "--metrics-file",
      paramLabel = "FILE",
      description =
          "Keep there, in the text format of Prometheus, how many events are spooled, sent, waiting"
              + " and lost.")
  private @Nullable Path metricsFile;

  @Option(names = "--flush", description = "Read nothing; send what earlier runs left.")
  private boolean flush;

  @Option(
      names = "--replay",
      description = "Read nothing; send what earlier runs left, and what the server refused.")
  private boolean replay;

  @Parameters(
      paramLabel = "FILE",
      description =
          "CloudEvents in JSON: one, an array, or one per line; - or none is standard input, which is"
              + " followed as long as it goes on.")
  private List<String> files = new ArrayList<>();

  private final ArrayNode errors = JsonNodeFactory.instance.arrayNode();

  Ship(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
    redaction = new RedactionKeyOption(session.surroundings());
  }

  @Override
  public Integer call() {
    boolean reads = !flush && !replay;
    if (!reads && !files.isEmpty()) {
      throw Failure.usage("--flush and --replay read no files", null);
    }
    if (seconds < 0 || mebibytes < 1) {
      throw Failure.usage("--wait is at least 0 and --spool-mib at least 1", null);
    }
    try (Shipper shipper = open();
        MetricsFile told = new MetricsFile(metricsFile, shipper::metrics)) {
      told.keep();
      if (replay) {
        shipper.replay();
      }
      if (reads) {
        (files.isEmpty() ? List.of("-") : files).forEach(file -> read(file, shipper));
      }
      boolean complete = shipper.flush(Duration.ofSeconds(seconds));
      return report(shipper.metrics(), complete);
    } catch (SpoolException e) {
      throw Failure.refused(String.valueOf(e.getMessage()), null, e);
    }
  }

  private Path directory() {
    return spool != null
        ? spool
        : session
            .surroundings()
            .variable("CHANGETRAIL_SPOOL")
            .map(Path::of)
            .orElseThrow(
                () ->
                    Failure.usage(
                        "name the spool's directory with --spool or CHANGETRAIL_SPOOL",
                        "it should be on a disk that outlives this process"));
  }

  private Path deadLetters(String destination) {
    return directory().resolve("destinations").resolve(destination).resolve("dead-letters");
  }

  private Shipper open() {
    Shipper.Builder builder =
        Shipper.builder(directory())
            .to(Destination.of(remote.connect().base(), remote.credentials()))
            .redactor(new Redactor(RedactionRules.defaults(), redaction.key()))
            .maxBytes((long) mebibytes << 20)
            .timeout(remote.timeout())
            .closing(Duration.ofSeconds(shortLived ? Math.max(5, seconds) : 5));
    if (installation != null) {
      builder.installation(installation);
    }
    if (shortLived) {
      builder.shortLived();
    }
    return builder.open();
  }

  private void read(String file, Shipper shipper) {
    try (EventFile events = EventFile.open(file, session.surroundings().in())) {
      for (int place = 0; ; place++) {
        JsonNode next = null;
        try {
          next = events.next();
          if (next == null) {
            break;
          }
          shipper.ship(CODEC.decode(object(next)));
        } catch (InvalidEventException e) {
          errors
              .addObject()
              .put("file", file)
              .put("index", place)
              .put("id", next == null ? null : next.path("id").asText(null))
              .put("detail", e.getMessage());
        }
        awaitRoom(shipper, file, place + 1);
      }
    }
  }

  private static ObjectNode object(JsonNode json) {
    if (json instanceof ObjectNode object) {
      return object;
    }
    throw new InvalidEventException("body", "must be a JSON object: one CloudEvent");
  }

  /** Reads no faster than the server takes it, rather than letting the oldest events go. */
  private void awaitRoom(Shipper shipper, String file, int place) {
    long deadline = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    // What only destinations need that are not open does not count: nobody here sends it.
    while (shipper.isFilling()) {
      if (!shipper.flush(Duration.ofMillis(200)) && System.nanoTime() > deadline) {
        throw Failure.unreachable(
            "the spool is filling up and the server does not take it: "
                + place
                + " events of "
                + file
                + " are in it",
            "when the server is back, send the file again: each event is stored once",
            new IOException("the spool is filling up"));
      }
    }
  }

  private int report(ShipperMetrics metrics, boolean complete) {
    ShipperMetrics.ForDestination server = metrics.destinations().get(0);
    long lost = metrics.failed() + server.lost();
    Output output = session.output();
    if (session.json()) {
      ObjectNode counts = JsonNodeFactory.instance.objectNode();
      counts.put("read", metrics.shipped()).put("sent", server.sent());
      counts.put("left", server.depth()).put("refused", server.parked());
      counts.put("lost", lost);
      counts.set("errors", errors);
      output.json(counts);
    } else {
      output.line(
          metrics.shipped()
              + " read, "
              + server.sent()
              + " sent, "
              + server.depth()
              + " left in the spool, "
              + lost
              + " lost, "
              + server.parked()
              + " refused and kept for --replay");
      errors.forEach(
          error ->
              output.note(
                  Line.of(error.path("file").asText() + ": event " + error.path("index").asInt())
                      .and(": ")
                      .and(error.path("detail").asText())));
    }
    if (server.parked() > 0) {
      output.note("what the server refused lies with its reasons in " + deadLetters(server.name()));
    }
    if (!complete) {
      String why = server.trouble() == null ? "time was up" : server.trouble();
      throw Failure.unreachable(
          "the server has not taken everything: " + why,
          "what is left stays in the spool; `changetrail ship --spool "
              + directory()
              + " --flush` sends it later",
          new IOException(why));
    }
    return errors.isEmpty() && server.parked() == 0 && lost == 0 ? ExitCodes.OK : ExitCodes.REFUSED;
  }
}
