// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.store.kit.AuditStoreContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** The embedded store passes the conformance kit. */
class EmbeddedAuditStoreTest extends AuditStoreContract {
  private static final Path DIRECTORY = directory();

  private static Path directory() {
    try {
      return Files.createTempDirectory(Path.of("target"), "kit-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected URI place(String name) {
    return URI.create("embedded:" + DIRECTORY.resolve(name));
  }
}
