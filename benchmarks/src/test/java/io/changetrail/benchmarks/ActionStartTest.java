// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ActionStartTest {
  @TempDir private Path action;

  private static boolean hasNode() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "node")));
  }

  /** One that only points at the classes under test. */
  private void jar() throws Exception {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.put(Attributes.Name.MAIN_CLASS, "io.changetrail.action.GithubAction");
    main.put(
        Attributes.Name.CLASS_PATH,
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toUri().toString())
            .collect(Collectors.joining(" ")));
    try (OutputStream out = Files.newOutputStream(action.resolve("changetrail-action.jar"))) {
      new JarOutputStream(out, manifest).close();
    }
  }

  @Test
  void aSmallRunShipsAnEventFromEachStepThatItMeasures() throws Exception {
    if (!hasNode()) {
      String absent = "ABSENT: node on the PATH, so the step was not started (.ci/run installs it)";
      assertThat(System.getenv("REQUIRE_REAL_PARTS")).as(absent).isNull();
      System.err.println(absent);
      Assumptions.abort(absent);
    }
    for (String script : List.of("main.js", "post.js")) {
      Files.copy(Path.of("../github-action-runner", script), action.resolve(script));
    }
    jar();
    ActionStart start = new ActionStart(new MeasuredServer(ServerProcess.ofClassPath()));

    int exit =
        new CommandLine(start)
            .execute(
                "--runs=1",
                "--action=" + action,
                "--payload=../event-sources/src/test/resources/github/push.main.json");

    assertThat(exit).isZero();
    assertThat(start.report().lines()).hasSize(5).allMatch(line -> line.value() > 0);
  }
}
