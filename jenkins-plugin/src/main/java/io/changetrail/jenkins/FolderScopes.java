// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import hudson.ExtensionPoint;
import hudson.model.Item;
import io.changetrail.jenkins.capture.FolderScope;
import java.util.List;

/** What folders say of the items in them; only where the plugin that makes folders is. */
public interface FolderScopes extends ExtensionPoint {
  /** Of each folder around an item, and of itself if it is one, the nearest first. */
  List<FolderScope> around(Item item);
}
