// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How long a job waits for the step of the action: from the start of {@code node main.js}, as a
 * runner starts it, until it has ended, when the server has the event. Side by side with what Node
 * and the JVM take to do nothing.
 */
@Command(
    name = "action",
    description = "Measures the step of the GitHub action.",
    showDefaultValues = true)
public final class ActionStart implements Callable<Integer> {
  @Option(names = "--runs", description = "of each, after the first")
  private int runs = 15;

  @Option(names = "--action", description = "directory of the action, with its jar built")
  private Path action = Path.of("github-action-runner");

  @Option(names = "--payload", description = "of the push that began the workflow")
  private Path payload = Path.of("event-sources/src/test/resources/github/push.main.json");

  @Option(names = "--node", description = "the command of Node")
  private String node = "node";

  @Mixin private final MeasuredServer server;
  private final Report report = new Report();

  ActionStart(MeasuredServer server) {
    this.server = server;
  }

  /** Runs it. */
  public static void main(String[] args) {
    ActionStart start = new ActionStart(new MeasuredServer());
    int code = new CommandLine(start).execute(args);
    System.out.println(start.report.markdown());
    System.exit(code);
  }

  Report report() {
    return report;
  }

  @Override
  public Integer call() throws Exception {
    report.machine();
    Path directory = Files.createTempDirectory("action");
    try {
      try (ServerProcess running = server.start(directory.resolve("data"))) {
        measure(running.address(), directory);
      }
    } finally {
      Folders.delete(directory);
    }
    return 0;
  }

  private void measure(URI address, Path directory) throws Exception {
    Path kept = Files.createDirectories(directory.resolve("kept"));
    String first = "start to shipped, the first time, which makes the archive of classes";
    report.add(first, step(address, directory, 0, kept), "s", 1, "");
    List<Double> warm = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    List<Double> nodes = new ArrayList<>();
    List<Double> jvms = new ArrayList<>();
    for (int run = 1; run <= runs; run++) {
      warm.add(step(address, directory, 2 * run, kept));
      without.add(step(address, directory, 2 * run + 1, null));
      nodes.add(seconds(new ProcessBuilder(node, "-e", "0"), directory));
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      jvms.add(
          seconds(
              new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--version"),
              directory));
    }
    add("start to shipped, warm, by the archive of classes", warm);
    add("start to shipped, without an archive, as on hosted runners", without);
    add("raw: Node does nothing", nodes);
    add("raw: the JVM does nothing", jvms);
  }

  private void add(String what, List<Double> times) {
    double most = times.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    report.add(
        what, Figures.median(times), "s", times.size(), "median; most %.2f s".formatted(most));
  }

  /** The main part of the action in a job of its own. */
  private double step(URI address, Path directory, int run, @Nullable Path toolCache)
      throws IOException, InterruptedException {
    Path job = Files.createDirectories(directory.resolve("job-" + run));
    ProcessBuilder step = new ProcessBuilder(node, action.resolve("main.js").toString());
    Map<String, String> variables = step.environment();
    variables.keySet().removeIf(name -> name.matches("(GITHUB|RUNNER|INPUT|STATE|JAVA_HOME)_.*"));
    variables.put("JAVA_HOME", System.getProperty("java.home"));
    variables.put("GITHUB_REPOSITORY", "acme/checkout");
    variables.put("GITHUB_SERVER_URL", "https://github.com");
    variables.put("GITHUB_SHA", "5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689");
    variables.put("GITHUB_REF", "refs/heads/main");
    variables.put("GITHUB_REF_NAME", "main");
    variables.put("GITHUB_RUN_ID", Integer.toString(289_782_451 + run));
    variables.put("GITHUB_RUN_ATTEMPT", "1");
    variables.put("GITHUB_RUN_NUMBER", "17");
    variables.put("GITHUB_WORKFLOW", "release");
    variables.put("GITHUB_JOB", "deploy");
    variables.put("GITHUB_ACTOR", "ben-okafor");
    variables.put("GITHUB_EVENT_NAME", "push");
    variables.put("GITHUB_EVENT_PATH", payload.toAbsolutePath().toString());
    variables.put("INPUT_SERVER", address.toString());
    variables.put("INPUT_ENVIRONMENT", "prod");
    variables.put("INPUT_SERVICE", "checkout");
    variables.put("RUNNER_TEMP", job.toString());
    if (toolCache != null) {
      variables.put("RUNNER_TOOL_CACHE", toolCache.toString());
    }
    for (String file : List.of("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")) {
      variables.put(file, Files.createFile(job.resolve(file)).toString());
    }
    double seconds = seconds(step, job);
    String said = Files.readString(job.resolve("GITHUB_OUTPUT"));
    if (!said.matches("(?s).*accepted<<(\\S+)\n1\n\\1\n.*")) {
      throw new IOException("the event was not shipped: " + log(job));
    }
    return seconds;
  }

  private static double seconds(ProcessBuilder command, Path directory)
      throws IOException, InterruptedException {
    command.redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile());
    long began = System.nanoTime();
    Process process = command.start();
    int code = process.waitFor();
    double seconds = (System.nanoTime() - began) / 1e9;
    if (code != 0) {
      throw new IOException(command.command() + " ended with " + code + ": " + log(directory));
    }
    return seconds;
  }

  private static String log(Path directory) throws IOException {
    return Files.readString(directory.resolve("log"), StandardCharsets.UTF_8);
  }
}
