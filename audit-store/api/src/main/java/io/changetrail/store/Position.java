// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import java.time.Instant;

/** A place in the order of a search: by time, then by seq. */
public record Position(Instant time, long seq) {}
