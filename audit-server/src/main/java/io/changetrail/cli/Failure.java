// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Ends a command, for a reason that its user can act upon. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final @Nullable String remedy;
  private final transient @Nullable JsonNode problem;
  private final boolean temporary;

  private Failure(
      int exitCode,
      String message,
      @Nullable String remedy,
      @Nullable JsonNode problem,
      boolean temporary,
      @Nullable Throwable cause) {
    super(message, cause);
    this.temporary = temporary;
    this.exitCode = exitCode;
    this.remedy = remedy;
    this.problem = problem;
  }

  /** The server, or whatever else was asked, said no. */
  static Failure refused(String what, @Nullable String remedy) {
    return new Failure(ExitCodes.REFUSED, what, remedy, null, false, null);
  }

  static Failure refused(String what, @Nullable String remedy, Throwable cause) {
    return new Failure(ExitCodes.REFUSED, what, remedy, null, false, cause);
  }

  /** The server said no with an RFC 9457 problem. */
  static Failure refused(String what, @Nullable String remedy, JsonNode problem) {
    return new Failure(ExitCodes.REFUSED, what, remedy, problem, false, null);
  }

  /** The server cannot do it now, but may be able to later. */
  static Failure busy(String what, @Nullable String remedy, @Nullable JsonNode problem) {
    return new Failure(ExitCodes.REFUSED, what, remedy, problem, true, null);
  }

  /** The command line asks for something that cannot be. */
  static Failure usage(String what, @Nullable String remedy) {
    return new Failure(ExitCodes.USAGE, what, remedy, null, false, null);
  }

  static Failure usage(String what, @Nullable String remedy, Throwable cause) {
    return new Failure(ExitCodes.USAGE, what, remedy, null, false, cause);
  }

  static Failure unreachable(String what, @Nullable String remedy, Throwable cause) {
    return new Failure(ExitCodes.UNREACHABLE, what, remedy, null, true, cause);
  }

  int exitCode() {
    return exitCode;
  }

  /** What to do about it. */
  @Nullable String remedy() {
    return remedy;
  }

  /** Whether the same may work a little later. */
  boolean isTemporary() {
    return temporary;
  }

  /** What the server sent, as it is. */
  @Nullable JsonNode problem() {
    return problem;
  }
}
