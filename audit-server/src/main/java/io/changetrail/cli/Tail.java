// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.changetrail.cli.EventStream.ServerSentEvent;
import io.changetrail.model.AuditEvent;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows events as they come in, also across breaks of the connection. */
@Command(
    name = "tail",
    header = "Watch events come in.",
    description = {
      "",
      "Each event as it was sent, in the order in which the server stored them. A broken connection"
          + " is made again, and what came meanwhile is shown then.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  changetrail tail --environment prod",
      "  changetrail tail --kind deployment --json | jq .subject",
      ""
    })
final class Tail implements Callable<Integer> {
  /** Three heartbeats. */
  private static final Duration SILENCE = Duration.ofSeconds(45);

  private static final JsonMapper JSON = new JsonMapper();

  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final Words words = new Words();
  @Mixin private final Filters filters = new Filters();

  @Option(
      names = "--after",
      paramLabel = "SEQ",
      description =
          "Begin behind this event, the seq of an earlier one; else with the next to come.")
  private @Nullable String lastId;

  @Option(names = "--limit", paramLabel = "N", description = "End after so many events.")
  private @Nullable Integer limit;

  private int shown;

  private Tail(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  static CommandLine command(Session session, Remote remote) {
    Tail tail = new Tail(session, remote);
    CommandLine command = new CommandLine(tail);
    tail.filters.addFieldsTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (limit != null && limit < 1) {
      throw Failure.usage("--limit must be at least 1", null);
    }
    if (lastId != null && !lastId.matches("\\d{1,18}")) {
      throw Failure.usage("--after is not the seq of an event", "give a whole number");
    }
    QueryString parameters = filters.parameters().with("q", words.q());
    AuditServer server = remote.connect();
    Backoff backoff = new Backoff();
    boolean connected = false;
    while (true) {
      try (EventStream stream = server.stream("/v1/stream", parameters, lastId, SILENCE)) {
        session
            .output()
            .note(
                Line.of(connected ? "connected again" : "watching " + server.base(), Style.FAINT));
        connected = true;
        if (follow(stream, backoff)) {
          return ExitCodes.OK;
        }
        pause("the server ended the stream", backoff);
      } catch (IOException e) {
        pause(reason(e), backoff);
      } catch (Failure failure) {
        if (!connected || !failure.isTemporary()) {
          throw failure;
        }
        pause(String.valueOf(failure.getMessage()), backoff);
      }
    }
  }

  /** Shows what comes; whether that was all that is wanted. */
  private boolean follow(EventStream stream, Backoff backoff) throws IOException {
    try {
      for (ServerSentEvent next = stream.next(); next != null; next = stream.next()) {
        backoff.reset();
        show(JSON.readTree(next.data()));
        shown++;
        if ((limit != null && shown >= limit) || session.output().isClosed()) {
          return true;
        }
      }
      return false;
    } catch (JsonProcessingException e) {
      throw Failure.refused("the server sent something that is no event", null, e);
    } finally {
      lastId = stream.lastId() == null ? lastId : stream.lastId();
    }
  }

  private static String reason(IOException e) {
    return e instanceof SocketTimeoutException
        ? "the server has been silent for " + SILENCE.toSeconds() + " s"
        : "the connection broke: " + e.getMessage();
  }

  private void pause(String why, Backoff backoff) throws InterruptedException {
    Duration pause = backoff.next();
    session
        .output()
        .note(
            Line.of(why, Style.YELLOW)
                .and("; trying again in " + (pause.toMillis() + 999) / 1000 + " s"));
    Thread.sleep(pause.toMillis());
  }

  private void show(JsonNode json) {
    if (session.json()) {
      session.output().json(json);
      return;
    }
    ReceivedEvent received = ReceivedEvent.from(json);
    AuditEvent event = received.event();
    Line line =
        column(Line.of(EventText.time(event.time()), Style.FAINT), 20)
            .and(column(Line.of(EventText.services(event.targets()), Style.BOLD), 16))
            .and(column(Line.of(EventText.environments(event.targets())), 10))
            .and(column(Line.of(event.change().kind().name(), Style.CYAN), 12))
            .and(column(EventText.action(event.change()), 16))
            .and(column(Line.of(EventText.actor(event)), 12))
            .and(event.isAmendment() ? "added: " : "")
            .and(event.change().summary())
            .and("  ")
            .and(received.eventId(), Style.FAINT);
    session.output().line(line);
  }

  /** Of no fixed width, for nobody knows what will come; most fit. */
  private static Line column(Line cell, int width) {
    return cell.padTo(width).and("  ");
  }
}
