// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies the server's store into a file while the server goes on. */
@Command(
    name = "backup",
    header = "Copy the whole store into a file, while the server goes on.",
    description = {
      "",
      "The file appears when it is complete. It holds everything, of every tenant: keep it as safe"
          + " as the server. `changetrail restore` makes a store from it. Needs a token with"
          + " --admin.",
      ""
    })
final class Backup implements Callable<Integer> {
  /** The server copies first and sends then. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final Session session;
  @Mixin private final Remote remote;

  @Parameters(paramLabel = "FILE", description = "Where to; must not exist yet.")
  private Path file = Path.of("");

  @Option(names = "--force", description = "Replace FILE if it exists.")
  private boolean force;

  Backup(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  @Override
  public Integer call() throws IOException {
    if (Files.exists(file) && (!force || !Files.isRegularFile(file))) {
      throw Failure.usage(file + " exists already", "choose another name, or add --force");
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw Failure.usage("there is no directory for " + file, "make it first");
    }
    AuditServer server = remote.connect();
    // Readable by its owner only, and on the same file system, so that moving it is atomic.
    Path partial = Files.createTempFile(directory, "." + file.getFileName(), ".partial");
    long length;
    try {
      length = copy(server, partial);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
    if (session.json()) {
      session
          .output()
          .json(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("file", file.toString())
                  .put("bytes", length));
    } else {
      session.output().line(file + ": " + length + " bytes");
    }
    return ExitCodes.OK;
  }

  /** What is announced as complete must survive a power cut. */
  private static long copy(AuditServer server, Path partial) throws IOException {
    try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(channel)) {
      long length = server.download("/v1/backup", out, PATIENCE);
      channel.force(true);
      return length;
    }
  }
}
