// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import io.changetrail.jenkins.shipping.Trail;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where the compiled plugin is. */
final class PluginClasses {
  private PluginClasses() {}

  static Path folder() throws URISyntaxException {
    return Path.of(Trail.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
