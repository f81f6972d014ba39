// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

/**
 * A place between two records of the journal.
 *
 * @param segment whose file
 * @param offset in bytes from its beginning
 * @param record how many events of the segment are before it
 */
record Place(long segment, long offset, long record) implements Comparable<Place> {
  static final Place START = new Place(0, 0, 0);

  @Override
  public int compareTo(Place other) {
    int order = Long.compare(segment, other.segment);
    return order != 0 ? order : Long.compare(offset, other.offset);
  }
}
