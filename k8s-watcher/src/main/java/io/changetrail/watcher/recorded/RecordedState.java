// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.recorded;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Target;
import java.time.Instant;

/**
 * The newest state that the audit server has of a resource.
 *
 * @param hash hex SHA-256 of the canonical state
 */
public record RecordedState(Target target, ObjectNode state, String hash, Instant since) {}
