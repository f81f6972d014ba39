// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Target;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of one resource from {@code since} on.
 *
 * @param target where the resource is
 * @param state redacted; {@code null} once the resource is deleted
 * @param hash hex SHA-256 of the canonical state (RFC 8785); the empty string when deleted
 * @param eventId the event that brought this state; {@code null} for a baseline
 */
public record ResourceState(
    ResourceKey key,
    Target target,
    Instant since,
    @Nullable JsonNode state,
    String hash,
    @Nullable String eventId) {}
