// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import io.changetrail.model.AuditEvent;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as the store gives it back.
 *
 * @param seq place in the order of the store; total over all tenants and without reuse
 * @param eventId opaque, URL-safe
 * @param contentHash hex SHA-256 of the canonical content (RFC 8785); of the raw event, also where
 *     {@code event} is folded or reduced
 * @param conflicting whether another content came first under the same source and id
 * @param reduced whether parts were removed because they lie outside the reader's scope
 * @param clockOffset as in {@link NewEvent}
 */
public record StoredEvent(
    long seq,
    String eventId,
    String tenant,
    AuditEvent event,
    Instant ingestedTime,
    @Nullable Duration clockOffset,
    String contentHash,
    boolean conflicting,
    boolean reduced) {}
