// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.store.AuditStoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes a store from a backup. */
@Command(
    name = "restore",
    header = "Make a store from a backup; its place must be empty.",
    description = {"", "Run it before `changetrail serve`, with the same --data or --config.", ""})
final class Restore implements Callable<Integer> {
  private final Session session;
  @Mixin private final Serve.ServerOptions options = new Serve.ServerOptions();

  @Parameters(paramLabel = "FILE", description = "What `changetrail backup` wrote.")
  private Path file = Path.of("");

  Restore(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.isRegularFile(file)) {
      throw Failure.usage("there is no backup " + file, "give what `changetrail backup` wrote");
    }
    ServerConfig config = options.settings(session.surroundings()).config();
    Files.createDirectories(config.data());
    AuditStoreProvider.forUri(config.store()).restore(config.store(), file);
    if (session.json()) {
      session
          .output()
          .json(JsonNodeFactory.instance.objectNode().put("store", config.store().toString()));
    } else {
      session.output().note("restored into " + config.store());
    }
    return ExitCodes.OK;
  }
}
