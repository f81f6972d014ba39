// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import hudson.Extension;
import hudson.model.AbstractItem;
import hudson.model.Item;
import hudson.model.listeners.ItemListener;
import jenkins.model.Jenkins;

/** Is told of items that go and move, and when Jenkins has begun. */
@Extension
public class ItemCapture extends ItemListener {
  @Override
  public void onDeleted(Item item) {
    if (ConfigCapture.isOn()) {
      ConfigCapture.deleted(item);
    }
  }

  @Override
  public void onLocationChanged(Item item, String oldFullName, String newFullName) {
    if (ConfigCapture.isOn()) {
      ConfigCapture.moved(item, oldFullName, newFullName);
    }
  }

  @Override
  public void onLoaded() {
    ConfigCapture.lookIfBegun();
  }

  /** What was there before the plugin is noted, so that the first change has a before. */
  static void look() {
    for (AbstractItem item : Jenkins.get().getAllItems(AbstractItem.class)) {
      ConfigCapture.found(item, item.getConfigFile().getFile());
    }
  }
}
