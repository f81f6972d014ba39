// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hudson.Extension;
import hudson.PluginWrapper;
import hudson.model.PeriodicWork;
import hudson.model.UpdateCenter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;

/** Looks each minute at the plugins that are there: no listener is told of an installation. */
@Extension
public class PluginCapture extends PeriodicWork {
  private static final long MINUTE = 60_000;

  @Override
  public long getRecurrencePeriod() {
    return MINUTE;
  }

  @Override
  protected void doRun() {
    if (ConfigCapture.isOn()) {
      ConfigCapture.findPlugins();
    }
  }

  /** Versions by short names. */
  static JsonNode plugins() {
    ObjectNode plugins = JsonNodeFactory.instance.objectNode();
    List<PluginWrapper> all = Jenkins.get().getPluginManager().getPlugins();
    all.stream()
        .sorted(Comparator.comparing(PluginWrapper::getShortName))
        .forEach(
            each ->
                plugins.put(
                    each.getShortName(),
                    each.getVersion() + (each.isEnabled() ? "" : " (disabled)")));
    return plugins;
  }

  /** Who had the update center install what, since Jenkins was started. */
  static Map<String, String> installers() {
    Map<String, String> installers = new HashMap<>();
    for (UpdateCenter.UpdateCenterJob job : Jenkins.get().getUpdateCenter().getJobs()) {
      if (job instanceof UpdateCenter.InstallationJob installation
          && installation.getUser() != null) {
        installers.put(installation.plugin.name, installation.getUser().getName());
      }
    }
    return installers;
  }
}
