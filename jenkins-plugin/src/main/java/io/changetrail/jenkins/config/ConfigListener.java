// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import hudson.Extension;
import hudson.XmlFile;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;

/** Is told of every file that Jenkins writes. */
@Extension
public class ConfigListener extends SaveableListener {
  @Override
  public void onChange(Saveable saved, XmlFile file) {
    if (saved instanceof Run<?, ?>) {
      return;
    }
    // The plugin's own settings are saved as well, so it is seen when they turn it on.
    ConfigCapture.lookIfBegun();
    if (ConfigCapture.isOn()) {
      ConfigCapture.written(file.getFile(), saved instanceof Item item ? item : null);
    }
  }
}
