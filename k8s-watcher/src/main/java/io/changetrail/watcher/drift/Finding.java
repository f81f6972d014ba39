// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That an object as a whole is not as it was declared.
 *
 * @param id unlike that of any other finding, and the same after a restart
 * @param object its kind and metadata
 * @param declared in a word; {@code null} if it was not to be there
 * @param live in a word; {@code null} if it is not there
 * @param by where it is declared
 * @param since when it may have begun at the earliest
 * @param cause what brought it about; {@code null} if that was not seen
 */
public record Finding(
    String id,
    ObjectNode object,
    @Nullable String declared,
    @Nullable String live,
    String by,
    Instant since,
    @Nullable AuditEvent cause) {}
