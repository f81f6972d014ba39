// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program that Maven Central does not have; {@code .ci/run} installs it. */
record RealPart(Path program) {
  /** How a run of it ended, and what it wrote on both its outputs. */
  record Run(int exit, String output) {}

  /** Where it is absent the test says so, and fails if it must not be. */
  static RealPart find(String program, String otherwise) {
    Optional<Path> found =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(directory -> Path.of(directory, program))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isPresent()) {
      return new RealPart(found.get());
    }
    String absent =
        "ABSENT: " + program + " on the PATH, so " + otherwise + " (.ci/run installs it)";
    assertThat(System.getenv("REQUIRE_REAL_PARTS")).as(absent).isNull();
    System.err.println(absent);
    Assumptions.abort(absent);
    throw new AssertionError(absent);
  }

  Run run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  /** What it writes where it succeeds. */
  String output(String... arguments) throws IOException, InterruptedException {
    Run run = run(arguments);
    assertThat(run.exit()).as(run.output()).isZero();
    return run.output();
  }
}
