// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program that Maven Central does not have; {@code .ci/run} installs it. */
final class RealPart {
  private RealPart() {}

  /** Where it is; where it is absent the test says so, and fails if it must not be. */
  static Path find(String program, String otherwise) {
    Optional<Path> found =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(directory -> Path.of(directory, program))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isPresent()) {
      return found.get();
    }
    String absent =
        "ABSENT: " + program + " on the PATH, so " + otherwise + " (.ci/run installs it)";
    assertThat(System.getenv("REQUIRE_REAL_PARTS")).as(absent).isNull();
    System.err.println(absent);
    Assumptions.abort(absent);
    throw new AssertionError(absent);
  }
}
