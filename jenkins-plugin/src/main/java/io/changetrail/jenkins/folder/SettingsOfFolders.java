// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.folder;

import com.cloudbees.hudson.plugins.folder.AbstractFolder;
import hudson.Extension;
import hudson.model.Item;
import io.changetrail.jenkins.FolderScopes;
import io.changetrail.jenkins.capture.FolderScope;
import java.util.ArrayList;
import java.util.List;

/** Goes from an item to the top, and asks each folder on the way. */
@Extension(optional = true)
public class SettingsOfFolders implements FolderScopes {
  @Override
  public List<FolderScope> around(Item item) {
    List<FolderScope> scopes = new ArrayList<>();
    Object here = item instanceof AbstractFolder<?> ? item : item.getParent();
    while (here instanceof AbstractFolder<?> folder) {
      scopes.addAll(of(folder));
      here = folder.getParent();
    }
    return scopes;
  }

  private static List<FolderScope> of(AbstractFolder<?> folder) {
    FolderSettings settings = folder.getProperties().get(FolderSettings.class);
    return settings == null ? List.of() : List.of(settings.scope(folder.getFullName()));
  }
}
