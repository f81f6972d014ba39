// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import io.changetrail.source.Payload;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The {@code X-GitHub-Delivery} of a delivery: GitHub's id of the event that it tells, which all
 * hooks are given and which stays the same when it is delivered again. It never makes an event's
 * identity where the payload has an object with an id. For the few payloads that have neither an id
 * nor a moment it gives both: it is a UUID that has the moment in it.
 *
 * @param guid {@code null} if it is not known
 * @see <a
 *     href="https://docs.github.com/rest/repos/webhooks#get-a-delivery-for-a-repository-webhook">
 *     What {@code guid} identifies</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.1">RFC 9562, versions 1 and 7</a>
 */
record DeliveryId(@Nullable String guid) {
  /** The Gregorian reform, from which version 1 counts steps of 100 ns. */
  private static final Instant FIRST = Instant.parse("1582-10-15T00:00:00Z");

  private static final int LONGEST = 64;
  private static final long STEPS_PER_SECOND = 10_000_000;

  /** When GitHub made the delivery. */
  Optional<Instant> time() {
    if (guid == null) {
      return Optional.empty();
    }
    try {
      UUID uuid = UUID.fromString(guid);
      return switch (uuid.version()) {
        case 1 ->
            Optional.of(
                FIRST
                    .plusSeconds(uuid.timestamp() / STEPS_PER_SECOND)
                    .plusNanos(uuid.timestamp() % STEPS_PER_SECOND * 100));
        case 7 -> Optional.of(Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> 16));
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      return Optional.empty(); // the payload may have a moment
    }
  }

  /**
   * When it happened, where the payload does not say.
   *
   * @param atLeast where the payload has a moment that is close
   * @throws io.changetrail.model.InvalidEventException if nothing tells
   */
  Instant timeOr(Payload delivery, String... atLeast) {
    return time().orElseGet(() -> delivery.time(atLeast));
  }

  /**
   * What tells an occurrence from another one whose payload is the same.
   *
   * @param time when it happened
   */
  String occurrence(Instant time) {
    return guid == null || guid.length() > LONGEST || time().isPresent()
        ? Long.toString(time.toEpochMilli())
        : guid;
  }
}
