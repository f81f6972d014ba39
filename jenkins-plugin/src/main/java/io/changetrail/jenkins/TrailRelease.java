// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import hudson.Extension;
import hudson.model.listeners.ItemListener;

/** Lets go of the spools when Jenkins goes down: one in the same process may follow. */
@Extension
public class TrailRelease extends ItemListener {
  @Override
  public void onBeforeShutdown() {
    ChangetrailConfiguration.get().trails().release();
  }
}
