// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import org.jspecify.annotations.Nullable;

/**
 * Which installation shipped the event, and as its how-manieth: what loss is accounted by.
 *
 * @param installation id of the shipping process's installation, for example a controller's or a
 *     cluster's uid
 * @param replica which of several equal processes shipped it; not part of the event's content
 * @param epoch random id written with the spool; a new spool has a new epoch
 * @param number 1 for the first event of the epoch, then one more for each; 0 where not counted
 * @param previousEpoch the epoch before this one, where known
 * @param previousLast the last number of the epoch before, where known
 */
public record Origin(
    String installation,
    @Nullable String replica,
    @Nullable String epoch,
    long number,
    @Nullable String previousEpoch,
    @Nullable Long previousLast) {
  public Origin {
    Require.text("origin.installation", installation, 256);
    Require.optionalText("origin.replica", replica, 256);
    Require.optionalText("origin.epoch", epoch, 64);
    Require.optionalText("origin.previousEpoch", previousEpoch, 64);
    if (number < 0 || (number > 0 && epoch == null)) {
      throw new InvalidEventException(
          "origin.number", "must count from 1 within an origin.epoch; send both or neither");
    }
  }
}
