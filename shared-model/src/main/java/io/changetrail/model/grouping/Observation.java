// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import io.changetrail.model.AuditEvent;

/** A stored event, folded, with its opaque id and its place in the order of the store. */
public record Observation(String eventId, long seq, AuditEvent event) {}
