// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A person at a terminal (or a script) who types commands. */
final class Terminal {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WIDE = 100_000;

  private final Map<String, String> variables = new TreeMap<>();
  private InstantSource clock = InstantSource.system();
  private String typed = "";
  private boolean coloured;
  private int columns = WIDE;

  /** What a command left behind. */
  record Result(int exitCode, String out, String err) {
    /** Each line of the output as JSON. */
    List<JsonNode> json() {
      return out.lines().map(Terminal::parse).toList();
    }

    Result succeeded() {
      if (exitCode != 0) {
        throw new AssertionError("exit code " + exitCode + "\n" + out + err);
      }
      return this;
    }
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + json, e);
    }
  }

  /** A terminal whose commands ask this server. */
  static Terminal at(URI server) {
    return new Terminal().with("CHANGETRAIL_SERVER", server.toString());
  }

  Terminal with(String variable, String value) {
    variables.put(variable, value);
    return this;
  }

  Terminal at(InstantSource time) {
    clock = time;
    return this;
  }

  Terminal typing(String standardInput) {
    typed = standardInput;
    return this;
  }

  Terminal coloured() {
    coloured = true;
    return this;
  }

  Terminal columns(int width) {
    columns = width;
    return this;
  }

  Result run(String... arguments) {
    return run(List.of(arguments));
  }

  Result run(List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = run(out, err, arguments);
    return new Result(exitCode, out.toString(), err.toString());
  }

  /** Writes while the command still runs. */
  int run(StringWriter out, StringWriter err, List<String> arguments) {
    Surroundings surroundings =
        new Surroundings(
            Map.copyOf(variables),
            "ada",
            clock,
            new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            coloured,
            columns);
    return Changetrail.run(surroundings, new ArrayList<>(arguments).toArray(String[]::new));
  }
}
