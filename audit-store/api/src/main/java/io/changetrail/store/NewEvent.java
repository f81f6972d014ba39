// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import io.changetrail.model.AuditEvent;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as the server hands it to the store.
 *
 * @param tenant from the credential, never from the payload
 * @param ingestedTime by the server's clock
 * @param clockOffset how far the sender's clock was ahead of the server's when it sent the event
 *     (negative: behind), where the transport showed it; one of more than ten years tells nothing
 *     and is left out
 * @param expectedState if present, the event is appended only if the current state of its resource
 *     has this hash; otherwise the result is {@link AppendResult.Status#SUPERSEDED}. The empty
 *     string expects a resource without a state
 */
public record NewEvent(
    String tenant,
    AuditEvent event,
    Instant ingestedTime,
    @Nullable Duration clockOffset,
    @Nullable String expectedState) {
  private static final Duration MOST_OFFSET = Duration.ofDays(3653);

  public NewEvent {
    if (clockOffset != null && clockOffset.abs().compareTo(MOST_OFFSET) > 0) {
      clockOffset = null;
    }
  }

  public static NewEvent of(String tenant, AuditEvent event, Instant ingestedTime) {
    return new NewEvent(tenant, event, ingestedTime, null, null);
  }
}
