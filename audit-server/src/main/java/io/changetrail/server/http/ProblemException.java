// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

/** Ends the handling of a request with a {@link Problem} as the answer. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  ProblemException(Problem problem) {
    // An expected answer, not a failure of ours: a stack trace would only cost time.
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
