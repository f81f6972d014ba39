// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Workflows that use the action, by <a href="https://github.com/rhysd/actionlint">actionlint</a>.
 */
class WorkflowLintTest {
  @TempDir private Path repository;

  private String lint(String workflow) throws Exception {
    return lint("deploy.yml", workflow, ".github/actions/changetrail");
  }

  private String lint(String name, String workflow, String usedFrom) throws Exception {
    Path actionlint = RealPart.find("actionlint", "no workflow was checked");
    Files.createDirectories(repository.resolve(".git"));
    Path workflows = Files.createDirectories(repository.resolve(".github/workflows"));
    Path action = Files.createDirectories(repository.resolve(usedFrom));
    for (String file : List.of("action.yml", "main.js", "post.js")) {
      Files.copy(Path.of(file), action.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(workflows.resolve(name), workflow);
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

  @ParameterizedTest
  @ValueSource(strings = {"ci.yml", "release.yml"})
  void theWorkflowsOfThisRepositoryAreValid(String name) throws Exception {
    Path workflow = Path.of("..", ".github", "workflows", name);
    assertThat(lint(name, Files.readString(workflow), "github-action-runner")).isEmpty();
  }

  @Test
  void theExamplesOfTheDocumentationAreValid() throws Exception {
    String documentation = Files.readString(Path.of("..", "docs", "github-action.md"));
    Matcher examples = Pattern.compile("```yaml\n([\\s\\S]*?)```").matcher(documentation);
    int seen = 0;
    while (examples.find()) {
      String example = examples.group(1);
      String jobs =
          example.startsWith("jobs:")
              ? example
              : "jobs:\n  deploy:\n    runs-on: ubuntu-latest\n" + example;
      String workflow =
          "on: push\n"
              + jobs.replaceAll(
                  "acme/changetrail/github-action-runner@v1", "./.github/actions/changetrail");
      assertThat(lint(workflow)).as(workflow).isEmpty();
      seen++;
    }
    assertThat(seen).isEqualTo(2);
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
