// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.StoreException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens {@code embedded:<directory>}, or {@code embedded:<directory>?maxBytes=<bytes>} to keep the
 * data file from growing above that size; the write-ahead log beside it is not counted.
 */
public final class EmbeddedAuditStoreProvider implements AuditStoreProvider {
  private static final Pattern LIMIT = Pattern.compile("maxBytes=([0-9]{1,18})");

  @Override
  public String scheme() {
    return "embedded";
  }

  @Override
  public AuditStore open(URI uri, InstantSource clock) {
    return EmbeddedAuditStore.open(directory(uri), maxBytes(uri));
  }

  @Override
  public void restore(URI uri, Path backup) {
    Backup.restore(backup, directory(uri));
  }

  private static String[] parts(URI uri) {
    return uri.getSchemeSpecificPart().split("\\?", 2);
  }

  private static long maxBytes(URI uri) {
    String[] parts = parts(uri);
    if (parts.length == 1) {
      return Long.MAX_VALUE;
    }
    Matcher limit = LIMIT.matcher(parts[1]);
    if (!limit.matches()) {
      throw new StoreException(
          "'" + uri + "' has an unknown setting; write embedded:<directory>?maxBytes=<bytes>");
    }
    return Long.parseLong(limit.group(1));
  }

  private static Path directory(URI uri) {
    String path = parts(uri)[0];
    try {
      if (!path.isBlank()) {
        return Path.of(path);
      }
    } catch (InvalidPathException e) {
      throw new StoreException("'" + uri + "' names no directory: " + e.getReason(), e);
    }
    throw new StoreException("'" + uri + "' names no directory; write embedded:<directory>");
  }
}
