// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code release} tags, in a repository of its own. */
class ReleaseTest {
  @TempDir private Path directory;
  private Path repository;
  private Path action;

  private record Run(int exitCode, String output) {}

  private Run run(String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(repository.toFile()).redirectErrorStream(true);
    builder.environment().put("GIT_CONFIG_GLOBAL", directory.resolve("gitconfig").toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output.strip());
  }

  private String git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Run run = run(command.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.output()).isZero();
    return run.output();
  }

  private Run release(String version) throws Exception {
    return run("bash", action.resolve("release").toString(), version);
  }

  @BeforeEach
  void aRepositoryWithTheActionAndItsJar() throws Exception {
    RealPart.find("git", "no release was tagged");
    RealPart.find("bash", "no release was tagged");
    Files.writeString(directory.resolve("gitconfig"), "[user]\nname=Ben\nemail=ben@acme.example\n");
    repository = Files.createDirectories(directory.resolve("repository"));
    action = Files.createDirectories(repository.resolve("github-action-runner"));
    for (String file : List.of("action.yml", "main.js", "post.js", "release")) {
      Files.copy(Path.of(file), action.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.writeString(repository.resolve(".gitignore"), "target/\n");
    git("init", "-q", "-b", "main");
    git("add", "-A");
    git("commit", "-q", "-m", "First");
    Files.createDirectories(action.resolve("target"));
    Files.writeString(action.resolve("target/changetrail-action.jar"), "the jar");
  }

  @Test
  void aTagHoldsTheScriptsAndTheJarAndTheBranchStaysAsItIs() throws Exception {
    String head = git("rev-parse", "main");
    assertThat(release("1.2.0")).isEqualTo(new Run(0, "tagged v1.2.0 and v1"));

    for (String tag : List.of("v1.2.0", "v1")) {
      assertThat(git("ls-tree", "-r", "--name-only", tag, "github-action-runner/").lines())
          .contains(
              "github-action-runner/action.yml",
              "github-action-runner/main.js",
              "github-action-runner/post.js",
              "github-action-runner/changetrail-action.jar");
      assertThat(git("show", tag + ":github-action-runner/changetrail-action.jar"))
          .isEqualTo("the jar");
    }
    assertThat(git("rev-parse", "v1^{commit}^")).isEqualTo(head);
    assertThat(git("rev-parse", "main")).isEqualTo(head);
    assertThat(git("status", "--porcelain")).isEmpty();
  }

  @Test
  void aLaterReleaseMovesTheMajorTagAndNoReleaseChanges() throws Exception {
    release("1.2.0");
    Files.writeString(action.resolve("target/changetrail-action.jar"), "a better jar");
    assertThat(release("1.2.0").output()).contains("v1.2.0 exists");
    assertThat(release("1.2.1").exitCode()).isZero();

    assertThat(git("show", "v1:github-action-runner/changetrail-action.jar"))
        .isEqualTo("a better jar");
    assertThat(git("show", "v1.2.0:github-action-runner/changetrail-action.jar"))
        .isEqualTo("the jar");
  }

  @Test
  void withoutAVersionOrAJarNothingIsTagged() throws Exception {
    assertThat(release("next").exitCode()).isEqualTo(2);
    Files.delete(action.resolve("target/changetrail-action.jar"));
    Run run = release("1.2.0");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("mvn -pl github-action-runner -am package");
    assertThat(git("tag")).isEmpty();
  }
}
