// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workflows that use the action, by <a href="https://github.com/rhysd/actionlint">actionlint</a>.
 */
class WorkflowLintTest {
  @TempDir private Path repository;

  private String lint(String workflow) throws Exception {
    Path actionlint = RealPart.find("actionlint", "no workflow was checked");
    Files.createDirectories(repository.resolve(".git"));
    Path workflows = Files.createDirectories(repository.resolve(".github/workflows"));
    Path action = Files.createDirectories(repository.resolve(".github/actions/changetrail"));
    for (String file : List.of("action.yml", "main.js", "post.js")) {
      Files.copy(Path.of(file), action.resolve(file));
    }
    Files.writeString(workflows.resolve("deploy.yml"), workflow);
    Process process =
        new ProcessBuilder(actionlint.toString(), "-no-color", "-shellcheck=", "-pyflakes=")
            .directory(repository.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  private static String workflow() throws Exception {
    return Files.readString(Path.of("src/test/workflows/deploy.yml"));
  }

  @Test
  void theWorkflowAndTheActionItUsesAreValid() throws Exception {
    assertThat(lint(workflow())).isEmpty();
  }

  @Test
  void anInputOrOutputThatTheActionDoesNotHaveIsFound() throws Exception {
    assertThat(
            lint(
                workflow()
                    .replace("          service:", "          servise:")
                    .replace("outputs.accepted", "outputs.acepted")))
        .contains("input \"servise\" is not defined in action", "\"acepted\" is not defined");
  }
}
