// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.operations;

import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code GET /v1/backup}: a consistent copy of the whole store, made while it works. */
public final class BackupEndpoint implements Endpoint {
  private final AuditStore store;
  private final Path directory;

  /**
   * @param directory where the copy lies while it is sent; needs room for it
   */
  public BackupEndpoint(AuditStore store, Path directory) {
    this.store = store;
    this.directory = directory;
  }

  @Override
  public Response handle(Request request) throws IOException {
    request.query().only(List.of());
    Files.createDirectories(directory);
    Path copy = Files.createTempFile(directory, "backup", ".tmp");
    Files.delete(copy);
    try {
      store.backup(copy);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(copy);
      throw e;
    }
    return Response.stream(
            "application/octet-stream",
            out -> {
              try {
                Files.copy(copy, out);
              } finally {
                Files.deleteIfExists(copy);
              }
            })
        .header("Content-Disposition", "attachment; filename=\"changetrail.backup\"");
  }
}
