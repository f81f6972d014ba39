// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.server.RunningServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copying the store away, and getting it back. */
class BackupTest {
  @TempDir private Path directory;

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void whatWasBackedUpCanBeRestoredAndRead() throws Exception {
    Path file = directory.resolve("night.backup");
    try (RunningServer server = RunningServer.start(directory.resolve("one"))) {
      Terminal terminal = Terminal.at(server.address());
      String lines = new Release(Instant.now().minusSeconds(1800)).lines();
      terminal.typing(lines).run("emit", "--file=-").succeeded();
      Terminal.Result backup = terminal.run("backup", file.toString());
      assertThat(backup.succeeded().out()).contains(Files.size(file) + " bytes");
    }
    assertThat(files()).as("nothing is left beside it").containsExactly(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .as("it holds everything of every tenant")
        .isEqualTo("rw-------");

    Path two = directory.resolve("two");
    new Terminal().run("restore", file.toString(), "--data", two.toString()).succeeded();

    try (RunningServer server = RunningServer.start(two)) {
      assertThat(Terminal.at(server.address()).run("query", "--json").json()).hasSize(4);
    }
  }

  @Test
  void aBackupThatBreaksOffLeavesNoFile() throws Exception {
    Path file = directory.resolve("night.backup");
    try (ScriptedServer server =
        new ScriptedServer()
            .then(
                exchange -> {
                  exchange.sendResponseHeaders(200, 1000);
                  exchange.getResponseBody().write("half".getBytes(StandardCharsets.UTF_8));
                  exchange.getResponseBody().flush();
                  throw new IOException("the cable was pulled");
                })) {
      Terminal.Result result = Terminal.at(server.address()).run("backup", file.toString());

      assertThat(result.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aRefusedBackupLeavesNoFile() throws Exception {
    Path file = directory.resolve("night.backup");
    try (ScriptedServer server =
        new ScriptedServer().thenProblem(403, "{\"title\":\"No\",\"detail\":\"not an admin\"}")) {
      Terminal.Result result = Terminal.at(server.address()).run("backup", file.toString());

      assertThat(result.exitCode()).isEqualTo(ExitCodes.REFUSED);
      assertThat(result.err()).contains("not an admin").contains("that right");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void anOlderFileIsReplacedOnlyWhenAskedAndThenAtOnce() throws Exception {
    Path file = Files.writeString(directory.resolve("night.backup"), "older");
    try (ScriptedServer server =
        new ScriptedServer()
            .then(
                exchange ->
                    ScriptedServer.send(exchange, 200, "application/octet-stream", "newer"))) {
      Terminal terminal = Terminal.at(server.address());

      Terminal.Result kept = terminal.run("backup", file.toString());
      assertThat(kept.exitCode()).isEqualTo(ExitCodes.USAGE);
      assertThat(kept.err()).contains("exists already").contains("--force");
      assertThat(file).hasContent("older");

      Terminal.Result replaced = terminal.run("backup", file.toString(), "--force", "--json");
      assertThat(replaced.succeeded().json().get(0).path("bytes").asInt()).isEqualTo(5);
      assertThat(file).hasContent("newer");
    }
    assertThat(new Terminal().run("backup", directory + "/no/such/file").err())
        .contains("there is no directory");
  }
}
