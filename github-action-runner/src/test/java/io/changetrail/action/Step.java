// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import io.changetrail.action.workflow.StepVariables;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One use of the action in a job, as a runner makes it: its variables, its files, its two parts.
 */
final class Step {
  private static final Pattern PAIR = Pattern.compile("(?m)^(.+?)<<(\\S+)\\n([\\s\\S]*?)\\n\\2$");

  private final Path directory;
  private final Map<String, String> variables = new HashMap<>();
  // Much more than anything takes, also on a machine that has to do much else.
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private Duration inPassing = PATIENCE;
  private Duration atTheEnd = PATIENCE;

  private Step(Path directory) {
    this.directory = directory;
  }

  /** Of a run that a push to {@code acme/checkout} began. */
  static Step of(Path directory, URI server) throws IOException {
    Step step = new Step(Files.createDirectories(directory));
    step.variables.put("GITHUB_REPOSITORY", "acme/checkout");
    step.variables.put("GITHUB_SERVER_URL", "https://github.com");
    step.variables.put("GITHUB_API_URL", "http://127.0.0.1:1");
    step.variables.put("GITHUB_SHA", "5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689");
    step.variables.put("GITHUB_REF", "refs/heads/main");
    step.variables.put("GITHUB_REF_NAME", "main");
    step.variables.put("GITHUB_RUN_ID", "289782451");
    step.variables.put("GITHUB_RUN_ATTEMPT", "2");
    step.variables.put("GITHUB_RUN_NUMBER", "17");
    step.variables.put("GITHUB_WORKFLOW", "release");
    step.variables.put("GITHUB_JOB", "deploy");
    step.variables.put("GITHUB_ACTOR", "ben-okafor");
    step.variables.put("GITHUB_TRIGGERING_ACTOR", "mia-chen");
    step.variables.put("GITHUB_EVENT_NAME", "push");
    step.variables.put("RUNNER_TEMP", step.directory.toString());
    for (String file : new String[] {"GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"}) {
      step.variables.put(file, step.directory.resolve(file).toString());
    }
    step.with("server", server.toString()).with("outcome", "success");
    return step.payload("push.main.json");
  }

  Step payload(String fixture) {
    variables.put("GITHUB_EVENT_PATH", Path.of("src/test/resources/github", fixture).toString());
    return this;
  }

  Step with(String input, String value) {
    return variable("INPUT_" + input.toUpperCase(Locale.ROOT), value);
  }

  Step variable(String name, String value) {
    variables.put(name, value);
    return this;
  }

  /** For a server that is away. */
  Step impatient() {
    inPassing = Duration.ofMillis(300);
    atTheEnd = Duration.ofMillis(800);
    return this;
  }

  Step patientAtTheEnd() {
    return atTheEnd(PATIENCE);
  }

  Step atTheEnd(Duration patience) {
    atTheEnd = patience;
    return this;
  }

  /** What one part did. */
  record Result(int exitCode, String log, String summary, Map<String, String> outputs) {}

  Result main() throws IOException {
    return run(false);
  }

  /** With the state that main left, as the runner hands it over. */
  Result post() throws IOException {
    pairs("GITHUB_STATE").forEach((name, value) -> variables.put("STATE_" + name, value));
    return run(true);
  }

  private Result run(boolean post) throws IOException {
    for (String file : new String[] {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"}) {
      Files.writeString(Path.of(variables.get(file)), "");
    }
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    int exitCode =
        new GithubAction(
                new StepVariables(variables),
                new PrintStream(log, true, StandardCharsets.UTF_8),
                InstantSource.system(),
                inPassing,
                atTheEnd)
            .run(post);
    return new Result(
        exitCode,
        log.toString(StandardCharsets.UTF_8),
        Files.readString(Path.of(variables.get("GITHUB_STEP_SUMMARY"))),
        pairs("GITHUB_OUTPUT"));
  }

  private Map<String, String> pairs(String file) throws IOException {
    Map<String, String> pairs = new HashMap<>();
    Path path = Path.of(variables.get(file));
    if (Files.exists(path)) {
      Matcher matcher = PAIR.matcher(Files.readString(path));
      while (matcher.find()) {
        pairs.put(matcher.group(1), matcher.group(3));
      }
    }
    return pairs;
  }
}
