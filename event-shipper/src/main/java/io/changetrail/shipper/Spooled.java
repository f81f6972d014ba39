// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

/**
 * An event as it lies in the journal.
 *
 * @param place where it begins
 * @param next where the one behind it begins
 * @param epoch its sequence
 * @param number its number within sequence and source; 0 if it is not counted
 * @param event the CloudEvent in JSON
 */
record Spooled(Place place, Place next, String epoch, String source, long number, byte[] event) {}
