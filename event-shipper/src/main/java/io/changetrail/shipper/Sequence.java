// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

/**
 * Events that are numbered together, 1 upwards without a break.
 *
 * @param epoch random id that was written with the spool
 */
record Sequence(String source, String installation, String epoch) {}
