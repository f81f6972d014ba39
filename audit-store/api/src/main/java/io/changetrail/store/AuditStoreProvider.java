// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ServiceLoader;
import java.util.TreeSet;

/**
 * Opens stores of one engine; found by {@link ServiceLoader} and chosen by the scheme of the
 * store's URI, for example {@code embedded:./data}.
 */
public interface AuditStoreProvider {

  /** The URI scheme that this engine answers to. */
  String scheme();

  /**
   * Opens the store, creating or migrating it where needed.
   *
   * @throws StoreException if that cannot be done; the message says what to do
   */
  AuditStore open(URI uri, InstantSource clock);

  /**
   * Creates a store at an empty place from a {@linkplain AuditStore#backup backup}.
   *
   * @throws StoreException if the place is not empty or the file is no backup of this engine
   */
  void restore(URI uri, Path backup);

  /** The provider for a URI's scheme. */
  static AuditStoreProvider forUri(URI uri) {
    TreeSet<String> known = new TreeSet<>();
    for (AuditStoreProvider provider : ServiceLoader.load(AuditStoreProvider.class)) {
      if (provider.scheme().equals(uri.getScheme())) {
        return provider;
      }
      known.add(provider.scheme());
    }
    throw new StoreException("no store engine for '" + uri + "'; the known schemes are " + known);
  }
}
