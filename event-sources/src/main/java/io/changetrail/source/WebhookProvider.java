// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.AuditEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
   * @param datedByDelivery whether the payload has no moment, so that two hooks may date one
   *     occurrence differently; which hook told it is then an attribute of the events
   */
  record Told(String event, boolean known, List<AuditEvent> events, boolean datedByDelivery) {
    /** The attribute that names the hook, as its provider does. */
    public static final String HOOK = "webhook.id";

    public Told {
      events = List.copyOf(events);
    }

    /** Events that have ids and moments of their own. */
    public static Told of(String event, List<AuditEvent> events) {
      return new Told(event, true, events, false);
    }

    /**
     * Events that have the moment of their delivery.
     *
     * @param hook which of the provider's hooks told it; {@code null} if it does not say
     */
    public static Told datedByDelivery(
        String event, List<AuditEvent> events, @Nullable String hook) {
      return new Told(
          event,
          true,
          hook == null
              ? events
              : events.stream()
                  .map(one -> one.toBuilder().attribute(HOOK, TextNode.valueOf(hook)).build())
                  .toList(),
          true);
    }

    /** A sort of delivery that no mapper knows. */
    public static Told unknown(String event) {
      return new Told(event, false, List.of(), false);
    }
  }
}
