// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a batch: either the event or what is wrong with it.
 *
 * @param index place in the batch, from 0
 * @param id the CloudEvents id as far as it could be read
 */
public record Decoded(
    int index,
    @Nullable String id,
    @Nullable AuditEvent event,
    @Nullable InvalidEventException error) {}
