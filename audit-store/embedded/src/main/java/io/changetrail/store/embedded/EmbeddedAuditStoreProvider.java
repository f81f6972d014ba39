// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.StoreException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens {@code embedded:<directory>}. */
public final class EmbeddedAuditStoreProvider implements AuditStoreProvider {
  @Override
  public String scheme() {
    return "embedded";
  }

  @Override
  public AuditStore open(URI uri, InstantSource clock) {
    return EmbeddedAuditStore.open(directory(uri));
  }

  @Override
  public void restore(URI uri, Path backup) {
    Backup.restore(backup, directory(uri));
  }

  private static Path directory(URI uri) {
    String path = uri.getSchemeSpecificPart();
    try {
      if (path != null && !path.isBlank()) {
        return Path.of(path);
      }
    } catch (InvalidPathException e) {
      throw new StoreException("'" + uri + "' names no directory: " + e.getReason(), e);
    }
    throw new StoreException("'" + uri + "' names no directory; write embedded:<directory>");
  }
}
