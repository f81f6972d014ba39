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
 *     (negative: behind), where the transport showed it
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

  public static NewEvent of(String tenant, AuditEvent event, Instant ingestedTime) {
    return new NewEvent(tenant, event, ingestedTime, null, null);
  }
}
