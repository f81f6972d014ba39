// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.codec.EventLimits;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.http.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What every event goes through between the wire and the store, whoever sent it: it must be of a
 * source that the sender may speak for and of a believable time; then secrets and excess go, before
 * anything is durable or logged.
 */
public final class Acceptance {
  /** Where an event could say whose it is, by JSON Pointer, and how a complaint names that. */
  private static final Map<String, String> CLAIMS_OF_TENANT =
      Map.of("/tenant", "tenant", "/data/customData/changetrail/tenant", "changetrail.tenant");

  /** Sources that nobody else may send for, or they could speak in the server's name. */
  private static final String OUR_OWN = "/changetrail/";

  private final ServerConfig.Times times;
  private final Redactor redactor;
  private final EventLimits limits = new EventLimits();

  public Acceptance(ServerConfig.Times times, Redactor redactor) {
    this.times = times;
    this.redactor = redactor;
  }

  /**
   * The event as it may be stored.
   *
   * @param now by the sender's clock if it is known, else by ours
   * @throws InvalidEventException if it may not
   */
  public AuditEvent accept(Caller caller, AuditEvent event, Instant now) {
    if (!caller.maySendFor(event.ref().source())) {
      throw new InvalidEventException(
          "source",
          "is not one that the credential '"
              + caller.name()
              + "' may send for; use its source, or a token that is made for this one");
    }
    checkNotOurs("source", event.ref().source());
    if (event.amends() != null) {
      checkNotOurs("amends", event.amends().source());
    }
    if (event.amends() != null && !caller.maySendFor(event.amends().source())) {
      throw new InvalidEventException(
          "amends",
          "names an event of a source that the credential '"
              + caller.name()
              + "' may not send for; only who may record an event may add to it");
    }
    checkTenant(caller, event);
    checkTime(event.time(), now);
    return limits.fit(redactor.redact(caller.vetting().vetted(event)));
  }

  private void checkTime(Instant time, Instant now) {
    checkNotAhead(time, now);
    Duration past = Duration.between(time, now);
    if (past.compareTo(times.past()) > 0) {
      throw new InvalidEventException(
          "time",
          "is "
              + words(past)
              + " in the past, further than events.maxPast allows; check the sender's clock");
    }
  }

  /** Refuses a time that no clock shows yet. */
  void checkNotAhead(Instant time, Instant now) {
    Duration ahead = Duration.between(now, time);
    if (ahead.compareTo(times.future()) > 0) {
      throw new InvalidEventException(
          "time", "is " + words(ahead) + " in the future; check the sender's clock");
    }
  }

  /**
   * Refuses a source that is the server's own.
   *
   * @param field for the complaint
   */
  static void checkNotOurs(String field, String source) {
    if (source.startsWith(OUR_OWN)) {
      throw new InvalidEventException(
          field,
          "begins with " + OUR_OWN + ", which is kept for what this server says; use your own");
    }
  }

  /**
   * An event that this server makes, such as an answer or what a reader says of one. Its time may
   * be one that somebody else told, such as that of an alert.
   */
  public AuditEvent ofOurOwn(AuditEvent event, Instant now) {
    checkTime(event.time(), now);
    return limits.fit(redactor.redact(event));
  }

  /** The credential says whose an event is; one that claims otherwise came with the wrong one. */
  private static void checkTenant(Caller caller, AuditEvent event) {
    CLAIMS_OF_TENANT.forEach(
        (place, field) -> {
          JsonNode claimed = event.unmapped().get(place);
          if (claimed != null && !claimed.asText().equals(caller.tenant())) {
            throw new InvalidEventException(
                field,
                "is not the one of the credential '"
                    + caller.name()
                    + "'; leave it out, or use a token of that tenant");
          }
        });
  }

  private static String words(Duration span) {
    return span.toDays() >= 3
        ? span.toDays() + " days"
        : span.toHours() >= 3 ? span.toHours() + " h" : span.toMinutes() + " min";
  }
}
