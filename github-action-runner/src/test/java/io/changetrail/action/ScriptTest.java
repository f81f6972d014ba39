// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How the two scripts find Java and start the program, under the real Node. Some of the JDKs that
 * they find are a shell script that says how it was called.
 */
class ScriptTest {
  private static final String SAYS_HOW_IT_WAS_CALLED =
      """
      #!/bin/sh
      echo "called: $0 $*"
      for option in "$@"; do
        case $option in -XX:ArchiveClassesAtExit=*) echo classes > "${option#*=}";; esac
      done
      exit ${FAKE_EXIT:-0}
      """;

  @TempDir private Path directory;
  private Path node;
  private Path action;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void theActionWithAJar() throws Exception {
    node = RealPart.find("node", "the scripts of the action were not run");
    action = Files.createDirectories(directory.resolve("action"));
    for (String file : List.of("main.js", "post.js")) {
      Files.copy(Path.of(file), action.resolve(file));
    }
    Files.writeString(action.resolve("changetrail-action.jar"), "a jar");
    environment.put("PATH", "/nowhere");
  }

  private Path jdk(String at, String version) throws IOException {
    Path home = Files.createDirectories(directory.resolve(at));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    executable(home.resolve("bin/java"), SAYS_HOW_IT_WAS_CALLED);
    return home;
  }

  private static void executable(Path file, String script) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, script);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private record Run(int exitCode, String output) {
    String java() {
      Matcher called = Pattern.compile("called: (.*?)/bin/java ").matcher(output);
      assertThat(called.find()).as(output).isTrue();
      return called.group(1);
    }
  }

  private Run run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(node.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(output).isTrue();
    return new Run(process.exitValue(), output);
  }

  private Run main() throws Exception {
    return run(action.resolve("main.js").toString());
  }

  @Test
  void theFirstJavaThatIsNewEnoughIsTakenOfJavaHomeHostedRunnersToolCacheAndPath()
      throws Exception {
    Path old = jdk("old", "11.0.2");
    Path onPath = jdk("on-path", "17.0.1");
    environment.put("JAVA_HOME", old.toString());
    environment.put("PATH", old.resolve("bin") + ":" + onPath.resolve("bin"));
    assertThat(main().java()).isEqualTo(onPath.toString());

    environment.put("RUNNER_TOOL_CACHE", directory.resolve("tools").toString());
    Path cached = jdk("tools/Java_Temurin-Hotspot_jdk/21.0.4-7/x64", "21.0.4");
    assertThat(main().java()).isEqualTo(cached.toString());

    Path hosted = jdk("hosted", "17.0.9");
    environment.put("JAVA_HOME_17_X64", hosted.toString());
    assertThat(main().java()).isEqualTo(hosted.toString());

    Path set = jdk("set", "25");
    environment.put("JAVA_HOME", set.toString());
    Run run = main();
    assertThat(run.java()).isEqualTo(set.toString());
    assertThat(run.output())
        .contains("-jar " + action.toRealPath().resolve("changetrail-action.jar") + " main");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void theToolCacheOfMacHasItsJavaFurtherDown() throws Exception {
    environment.put("RUNNER_TOOL_CACHE", directory.resolve("tools").toString());
    Path home = jdk("tools/Java_Temurin-Hotspot_jdk/17.0.9-9/arm64/Contents/Home", "17.0.9");
    assertThat(main().java()).isEqualTo(home.toString());
  }

  /** As far as it can be shown elsewhere: Node is told that it runs on Windows. */
  @Test
  void onWindowsThePathHasAJavaExe() throws Exception {
    Path home = jdk("windows", "21.0.1");
    executable(home.resolve("bin/java.exe"), SAYS_HOW_IT_WAS_CALLED);
    Path other = jdk("other", "21.0.1");
    environment.put("PATH", other.resolve("bin") + ":" + home.resolve("bin"));
    Run run =
        run(
            "-e",
            "Object.defineProperty(process, 'platform', {value: 'win32'});"
                + "require('./action/main.js').run('main')");
    assertThat(run.java()).isEqualTo(home.toString());
  }

  @Test
  void withoutJavaTheJobGoesOnWithAnAnnotationThatSaysWhatToDo() throws Exception {
    environment.put("JAVA_HOME", jdk("old", "11.0.2").toString());
    Run run = main();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output())
        .startsWith("::warning title=Changetrail::nothing is recorded: no Java 17 or newer")
        .contains("put actions/setup-java before this step");

    environment.put("INPUT_FAIL-ON-ERROR", "true");
    Run strict = main();
    assertThat(strict.exitCode()).isEqualTo(1);
    assertThat(strict.output()).startsWith("::error title=Changetrail::");
  }

  @Test
  void withoutItsJarTheJobGoesOnWithAnAnnotation() throws Exception {
    environment.put("JAVA_HOME", jdk("jdk", "17").toString());
    Files.delete(action.resolve("changetrail-action.jar"));
    Run run = main();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("changetrail-action.jar is missing; use a release tag");
  }

  @Test
  void theEndOfTheJobStartsNothingWhereMainHasToldEverything() throws Exception {
    environment.put("JAVA_HOME", jdk("jdk", "17").toString());
    String post = action.resolve("post.js").toString();
    assertThat(run(post).output()).contains("changetrail-action.jar post");
    environment.put("STATE_done", "true");
    assertThat(run(post).output()).isEmpty();
  }

  private List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("tools/changetrail"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void anArchiveOfClassesIsMadeOncePerJavaAndJarAndUsedFromThenOn() throws Exception {
    Path home = jdk("jdk", "17.0.1");
    environment.put("JAVA_HOME", home.toString());
    environment.put("RUNNER_TOOL_CACHE", directory.resolve("tools").toString());
    assertThat(main().output()).contains("-XX:ArchiveClassesAtExit=");
    assertThat(archives()).hasSize(1);
    assertThat(main().output())
        .contains("-Xshare:auto", "-XX:SharedArchiveFile=" + archives().get(0))
        .doesNotContain("ArchiveClassesAtExit");

    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.2\"\n");
    assertThat(main().output()).as("another Java").contains("-XX:ArchiveClassesAtExit=");
    Files.writeString(action.resolve("changetrail-action.jar"), "another jar");
    assertThat(main().output()).as("another jar").contains("-XX:ArchiveClassesAtExit=");
    assertThat(archives()).hasSize(3);

    environment.put("RUNNER_ENVIRONMENT", "github-hosted");
    assertThat(main().output())
        .as("a runner that is thrown away")
        .doesNotContain("SharedArchiveFile", "ArchiveClassesAtExit");
  }

  /** Something to run. */
  static final class Program {
    private Program() {}

    /** Says that it ran. */
    public static void main(String[] arguments) {
      System.out.println("ran " + String.join(" ", arguments));
    }
  }

  private void jar(Path file) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Program.class.getName());
    String entry = Program.class.getName().replace('.', '/') + ".class";
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest);
        InputStream code =
            Objects.requireNonNull(Program.class.getClassLoader().getResourceAsStream(entry))) {
      jar.putNextEntry(new ZipEntry(entry));
      code.transferTo(jar);
    }
  }

  @Test
  void anArchiveThatDoesNotMatchOrCannotBeMadeKeepsNothingFromRunning() throws Exception {
    jar(action.resolve("changetrail-action.jar"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    Path tools = directory.resolve("tools");
    environment.put("RUNNER_TOOL_CACHE", tools.toString());
    assertThat(main()).isEqualTo(new Run(0, "ran main\n"));
    assertThat(archives()).hasSize(1);
    assertThat(main()).isEqualTo(new Run(0, "ran main\n"));

    Files.writeString(archives().get(0), "of no Java at all");
    assertThat(main()).isEqualTo(new Run(0, "ran main\n"));

    Files.delete(archives().get(0));
    Files.delete(tools.resolve("changetrail"));
    Files.writeString(tools.resolve("changetrail"), "no directory");
    assertThat(main()).isEqualTo(new Run(0, "ran main\n"));
  }

  @Test
  void theScriptsAreShortAndNeedNothingButNode() throws Exception {
    for (String script : List.of("main.js", "post.js")) {
      String text = Files.readString(Path.of(script));
      assertThat(text.lines().count()).as(script).isLessThan(50);
      Matcher required = Pattern.compile("require\\('([^']+)'\\)").matcher(text);
      while (required.find()) {
        assertThat(required.group(1)).isIn("fs", "path", "crypto", "child_process", "./main");
      }
    }
  }
}
