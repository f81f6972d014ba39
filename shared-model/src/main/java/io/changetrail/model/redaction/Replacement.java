// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

/** What stands in place of a secret. */
@FunctionalInterface
interface Replacement {
  /**
   * The replacement of one secret.
   *
   * @param token whether the secret is an issued token, random enough that nobody guesses it from a
   *     hash; anything else may be a short password
   */
  String of(String secret, boolean token);
}
