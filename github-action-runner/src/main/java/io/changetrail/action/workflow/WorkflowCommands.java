// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.workflow;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/**
 * What a step tells its runner: lines of the log with a meaning, and files that it appends to.
 *
 * @see <a
 *     href="https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands">Workflow
 *     commands</a>
 */
public final class WorkflowCommands {
  private final StepVariables variables;
  private final PrintStream log;

  public WorkflowCommands(StepVariables variables, PrintStream log) {
    this.variables = variables;
    this.log = log;
  }

  /** Keeps a value out of the log from here on. */
  public void mask(String secret) {
    secret.lines().filter(line -> !line.isBlank()).forEach(line -> command("add-mask", line));
  }

  /** A line of the log. */
  public void say(String line) {
    // A line that begins with two colons would be a command, and so would the older form anywhere.
    log.println(
        line.replaceAll("\\R", " ").replaceFirst("^(\\s*)::", "$1: :").replace("##[", "## ["));
  }

  /** An annotation of the run that fails nothing. */
  public void warn(String message) {
    command("warning title=Changetrail", message);
  }

  /** An annotation of the run for what failed. */
  public void fail(String message) {
    command("error title=Changetrail", message);
  }

  private void command(String command, String value) {
    log.println("::" + command + "::" + escaped(value));
  }

  private static String escaped(String value) {
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  /** Gives later steps a value. */
  public void output(String name, String value) {
    pair("GITHUB_OUTPUT", name, value);
  }

  /** Gives the post part of the action a value. */
  public void state(String name, String value) {
    pair("GITHUB_STATE", name, value);
  }

  /** Adds Markdown to the summary of the job. */
  public void summary(String markdown) {
    append("GITHUB_STEP_SUMMARY", markdown + "\n");
  }

  /** With a delimiter that nobody can foresee, so that no value ends early. */
  private void pair(String file, String name, String value) {
    String end = "changetrail_" + UUID.randomUUID();
    append(file, name + "<<" + end + "\n" + value + "\n" + end + "\n");
  }

  private void append(String variable, String text) {
    Optional<String> file = variables.get(variable);
    if (file.isEmpty()) {
      return;
    }
    try {
      Files.writeString(
          Path.of(file.get()),
          text,
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      warn("the runner's file " + variable + " cannot be written: " + e.getMessage());
    }
  }
}
