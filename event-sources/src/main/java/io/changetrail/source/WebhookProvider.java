// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import io.changetrail.model.AuditEvent;
import java.time.Instant;
import java.util.List;

/**
 * A system that reports its changes by webhook: how one knows that a delivery is from it, and what
 * the delivery tells. Stateless, no I/O.
 */
public interface WebhookProvider {
  /** Last segment of {@code /v1/webhooks/{provider}}. */
  String name();

  /**
   * The CloudEvents sources that its events have unless the configuration says otherwise; a
   * trailing {@code *} stands for any ending. Empty if the configuration has to say it.
   */
  List<String> sources();

  /**
   * Whether a delivery was made by somebody who knows the secret. Takes the same time wherever a
   * signature begins to differ.
   *
   * @param now for providers that sign the moment of sending
   */
  boolean isAuthentic(Delivery delivery, byte[] secret, Instant now);

  /**
   * The events that an authentic delivery tells of.
   *
   * @throws io.changetrail.model.InvalidEventException if it is not of the provider's form
   */
  Told read(Delivery delivery);

  /**
   * What a delivery tells.
   *
   * @param event the provider's name for this sort of delivery
   * @param known whether the mapper knows that sort
   * @param events none where nothing changed that is shipped
   */
  record Told(String event, boolean known, List<AuditEvent> events) {
    public Told {
      events = List.copyOf(events);
    }

    public static Told of(String event, List<AuditEvent> events) {
      return new Told(event, true, events);
    }

    /** A sort of delivery that no mapper knows. */
    public static Told unknown(String event) {
      return new Told(event, false, List.of());
    }
  }
}
