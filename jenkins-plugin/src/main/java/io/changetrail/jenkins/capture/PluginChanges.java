// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which plugins are there, and who is behind another set of them. */
public final class PluginChanges {
  private PluginChanges() {}

  /**
   * The account that installed all that is new or another version; {@code null} if that is not
   * known of each, or they are several.
   *
   * @param before versions by the plugins' short names
   * @param installers accounts by the short names of what they installed
   */
  public static @Nullable String installer(
      JsonNode before, JsonNode after, Map<String, String> installers) {
    Set<String> names = new TreeSet<>();
    before.fieldNames().forEachRemaining(names::add);
    after.fieldNames().forEachRemaining(names::add);
    Set<@Nullable String> users = new HashSet<>();
    for (String name : names) {
      if (!before.path(name).equals(after.path(name))) {
        users.add(installers.get(name));
      }
    }
    return users.size() == 1 ? users.iterator().next() : null;
  }
}
