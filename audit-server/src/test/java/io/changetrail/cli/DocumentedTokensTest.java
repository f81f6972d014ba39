// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.server.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/tokens.md, typed into a shell in their order, do what the page says. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the examples are for a POSIX shell")
class DocumentedTokensTest {
  private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```sh\n(.*?)^```");

  @TempDir private Path directory;

  private String shell(String script) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile());
    builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
    builder.environment().keySet().removeIf(name -> name.startsWith("CHANGETRAIL_"));
    // What is typed is not ASCII alone.
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    String output = Files.readString(directory.resolve("output"));
    assertThat(process.exitValue()).as(script + output).isZero();
    return output;
  }

  private static void requireCurl() {
    boolean there =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "curl")));
    if (!there) {
      String absent = "no curl on the PATH (Debian: curl)";
      if (System.getenv("REQUIRE_REAL_PARTS") != null) {
        throw new IllegalStateException(absent);
      }
      Assumptions.abort(absent);
    }
  }

  /** The command of this build, under its name. */
  private void install() throws IOException {
    Path command = directory.resolve("changetrail");
    Files.writeString(
        command,
        "#!/bin/sh\nexec '"
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '"
            + System.getProperty("java.class.path")
            + "' "
            + Changetrail.class.getName()
            + " \"$@\"\n");
    Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void thePageAboutTokensIsTrue() throws Exception {
    requireCurl();
    install();
    List<String> examples = new ArrayList<>();
    Matcher example = EXAMPLE.matcher(Files.readString(Path.of("..", "docs", "tokens.md")));
    while (example.find()) {
      examples.add(example.group(1));
    }
    assertThat(examples).hasSize(4);

    try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
      String address = server.address().toString();
      List<String> scripts =
          examples.stream()
              .map(
                  one ->
                      "export CHANGETRAIL_SERVER="
                          + address
                          + "\n"
                          + one.replace("http://127.0.0.1:8321", address))
              .toList();
      shell(scripts.get(0));
      for (String token : List.of("ci", "oncall", "payments", "operator")) {
        assertThat(directory.resolve(token + ".token")).content().hasLineCount(1).isNotBlank();
      }
      assertThat(shell(scripts.get(1)))
          .contains("\"accepted\":1")
          .contains("recorded: cache flushed")
          .doesNotContain("\"rejected\":1");
      assertThat(shell(scripts.get(2)))
          .contains("pool size 9 → 2", "cache flushed")
          .contains("\"events\":[{");
      assertThat(shell(scripts.get(3))).contains("ci-shop", "payments", "revoked");
      assertThat(
              shell(
                  "curl -sS -i "
                      + address
                      + "/v1/events -H \"Authorization: Bearer $(cat ci.token)\" -H 'Content-Type:"
                      + " application/cloudevents+json' --data-binary @event.json"))
          .as("a revoked token")
          .startsWith("HTTP/1.1 401")
          .containsIgnoringCase("www-authenticate");
      assertThat(shell("curl -sS -o /dev/null -w '%{http_code}' " + address + "/v1/events"))
          .as("development mode has ended")
          .isEqualTo("401");
    }
  }
}
