// SPDX-License-Identifier: Apache-2.0
/**
 * From an anomaly to the change that caused it, and from a change to what it did: pure functions
 * over changes, metric series and the topology. Nothing here reads a clock, a file or a network, so
 * the same input always gives the same answer.
 */
@NullMarked
package io.changetrail.correlation;

import org.jspecify.annotations.NullMarked;
