// SPDX-License-Identifier: Apache-2.0
/**
 * The audit event and everything that can be computed from events alone: no I/O, no clock.
 *
 * <p>Start at {@link io.changetrail.model.AuditEvent}.
 */
@NullMarked
package io.changetrail.model;

import org.jspecify.annotations.NullMarked;
