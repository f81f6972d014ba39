// SPDX-License-Identifier: Apache-2.0
package io.changetrail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./changetrail} in a checkout of its own, with a Maven and a Java that note. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a bash script")
class LauncherTest {
  private static final List<String> TOOLS =
      List.of(
          "awk",
          "bash",
          "dirname",
          "env",
          "find",
          "flock",
          "head",
          "mkdir",
          "readlink",
          "sed",
          "sleep",
          "tail",
          "touch");

  @TempDir private Path directory;
  private Path root;
  private Path tools;
  private Path jdk;
  private String language = "";

  private record Result(int exitCode, String out, String err) {}

  @BeforeEach
  void checkOut() throws IOException {
    root = Files.createDirectories(directory.resolve("a checkout"));
    tools = Files.createDirectories(directory.resolve("tools"));
    jdk = directory.resolve("jdk");
    Files.copy(Path.of("..", "changetrail"), root.resolve("changetrail"));
    // What this machine has beside JAVA_HOME and the PATH must not help.
    String launcher = Files.readString(root.resolve("changetrail"));
    for (String place : List.of("/usr/lib/jvm/", "/Library/Java/", "/opt/homebrew/")) {
      assertThat(launcher).contains(place);
      launcher = launcher.replace(place, "/nowhere/");
    }
    Files.writeString(root.resolve("changetrail"), launcher);
    write("pom.xml", "<project><artifactId>changetrail</artifactId></project>");
    write("audit-server/pom.xml", pom("audit-server", "store-of-ours"));
    write("stores/of-ours/pom.xml", pom("store-of-ours", "model"));
    write("model/pom.xml", pom("model", "none"));
    write("model/src/main/java/Model.java", "");
    write("other/pom.xml", pom("other", "model"));
    write("other/src/main/java/Other.java", "");
    for (String tool : TOOLS) {
      for (String folder : List.of("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin")) {
        Path real = Path.of(folder, tool);
        if (Files.isExecutable(real) && !Files.exists(tools.resolve(tool))) {
          script(tools.resolve(tool), "exec " + real + " \"$@\"");
        }
      }
    }
    script(
        tools.resolve("mvn"),
        "echo \"[INFO] Building Changetrail audit server 0.1 [1/1]\"; echo \"$*\" >>"
            + " ../mvn-calls; mkdir -p audit-server/target; : >audit-server/target/changetrail.jar");
    script(jdk.resolve("bin/java"), "printf '<%s>' \"$@\"; exit 7");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
  }

  private static String pom(String name, String needs) {
    return """
        <project>
          <parent>
            <groupId>io.changetrail</groupId>
            <artifactId>changetrail</artifactId>
          </parent>
          <artifactId>%s</artifactId>
          <dependencies>
            <dependency>
              <groupId>io.changetrail</groupId>
              <artifactId>%s</artifactId>
            </dependency>
          </dependencies>
        </project>
        """
        .formatted(name, needs);
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Result run(Path from, String command, String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(from.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().put("HOME", directory.toString());
    builder.environment().remove("CHANGETRAIL_JAVA_OPTS");
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_"));
    builder.environment().put("LANG", language);
    Process process = builder.start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return new Result(
        process.exitValue(),
        Files.readString(directory.resolve("out"), StandardCharsets.UTF_8),
        Files.readString(directory.resolve("err"), StandardCharsets.UTF_8));
  }

  private Result run(String... arguments) throws Exception {
    return run(root, "./changetrail", arguments);
  }

  private void edit(String file) throws IOException {
    Files.setLastModifiedTime(root.resolve(file), FileTime.from(Instant.now().plusSeconds(60)));
  }

  private int builds() throws IOException {
    Path calls = directory.resolve("mvn-calls");
    return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
  }

  @Test
  void itBuildsWhatIsMissingPassesArgumentsOnAndIsQuietAfterwards() throws Exception {
    Result first = run("emit", "two words", "");

    assertThat(first.err()).contains("first run", "built in");
    assertThat(first.out()).endsWith("<emit><two words><>");
    assertThat(first.exitCode()).isEqualTo(7);
    assertThat(directory.resolve("mvn-calls")).content().contains("package -pl audit-server -am");

    assertThat(run("query").err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void whatAnEarlierBuildSaidIsNotShownAgain() throws Exception {
    write(
        "target/changetrail-build.log",
        "[INFO] Building Changetrail of yesterday 0.1                    [2/9]\n");

    Result result = run("query");

    assertThat(result.err()).doesNotContain("yesterday").contains("built in");
  }

  @Test
  void aChangeOfAnyModuleThatTheServerNeedsBuildsAgainAndOneOfAnotherDoesNot() throws Exception {
    run("query");
    edit("other/src/main/java/Other.java");
    assertThat(run("query").err()).isEmpty();

    edit("model/src/main/java/Model.java");

    assertThat(run("query").err()).contains("sources changed");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void itWorksFromAnotherDirectoryAndThroughALink() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("ct"), root.resolve("changetrail"));

    assertThat(run(directory, link.toString(), "query").out())
        .contains(root.toRealPath().resolve("audit-server/target/changetrail.jar").toString())
        .endsWith("<query>");
    assertThat(run(directory, root.resolve("changetrail").toString(), "query").err()).isEmpty();
  }

  @Test
  void withoutMavenItSaysWhatIsNeeded() throws Exception {
    Files.delete(tools.resolve("mvn"));

    Result result = run("query");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("Maven (mvn 3.8 or newer) is needed");
  }

  @Test
  void aJavaThatIsTooOldIsNotTakenAndWhatIsNeededIsSaid() throws Exception {
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"1.8.0_412\"\n");

    Result result = run("query");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo(
            "changetrail: Java 17 or newer is needed, and Java 8 is the newest here; set JAVA_HOME"
                + " or put java on the PATH.\n");
    assertThat(builds()).isZero();
  }

  @Test
  void withoutAnyJavaItSaysWhatIsNeeded() throws Exception {
    Files.delete(jdk.resolve("bin/java"));

    Result result = run("demo");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo(
            "changetrail: Java 17 or newer is needed, and there is none; set JAVA_HOME or put java"
                + " on the PATH.\n");
    assertThat(builds()).isZero();
  }

  @Test
  void aNewerJavaOnThePathIsTakenBeforeAnOldOneOfJavaHome() throws Exception {
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    script(
        tools.resolve("java"),
        "case \"$1\" in -version) echo 'openjdk version \"21.0.3\"' >&2 ;; *) echo new ;; esac");

    assertThat(run("query").out()).isEqualTo("new\n");
  }

  @Test
  void whereNoLanguageIsSetArgumentsAreReadAsUtf8() throws Exception {
    script(jdk.resolve("bin/java"), "echo \"$LC_ALL\"");

    assertThat(run("query").out()).isEqualTo("C.UTF-8\n");
    language = "tr_TR.UTF-8";
    assertThat(run("query").out()).as("what is set stays").isEqualTo("\n");
  }

  @Test
  void aBuildThatFailsShowsItsEndAndWhereTheRestIs() throws Exception {
    script(tools.resolve("mvn"), "echo 'no such module'; exit 1");

    Result result = run("query");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("no such module", "changetrail-build.log");
  }
}
