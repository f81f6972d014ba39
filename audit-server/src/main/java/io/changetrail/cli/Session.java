// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What all commands share: the options that every one of them takes, and where they print. */
final class Session {
  private final Surroundings surroundings;
  private final Output output;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print JSON: one object, or one per line where there are many.")
  private boolean json;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Tell the whole story of a failure, with stack trace.")
  private boolean verbose;

  Session(Surroundings surroundings) {
    this.surroundings = surroundings;
    output = new Output(surroundings);
  }

  Surroundings surroundings() {
    return surroundings;
  }

  Output output() {
    return output;
  }

  boolean json() {
    return json;
  }

  boolean verbose() {
    return verbose;
  }
}
