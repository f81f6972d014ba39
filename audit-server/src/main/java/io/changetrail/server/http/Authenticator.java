// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

/** Finds out who makes a request, from its method and header fields alone. */
@FunctionalInterface
public interface Authenticator {

  /**
   * The caller; {@link Caller#anonymous()} if no credential was sent.
   *
   * @throws ProblemException 401 for a credential that is not good, 403 for a request that is
   *     refused whoever makes it
   */
  Caller authenticate(String method, Headers headers);
}
