// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.io.IOException;

/** Answers the requests of one {@link Route}. May block; several threads call it at once. */
@FunctionalInterface
public interface Endpoint {

  /**
   * The answer to a request.
   *
   * @throws ProblemException for an answer that tells the caller what to mend
   */
  Response handle(Request request) throws IOException;
}
