// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

/**
 * Whether the store can take and give events now.
 *
 * @param detail for people; says what is wrong and what to do when not writable
 * @param lastSeq highest seq given out
 * @param sizeBytes what it occupies on disk
 */
public record Health(boolean writable, String detail, long lastSeq, long sizeBytes) {}
