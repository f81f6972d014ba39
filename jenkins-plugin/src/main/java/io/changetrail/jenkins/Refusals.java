// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

/** What is said to whoever chose something that cannot be. */
final class Refusals {
  private Refusals() {}

  /**
   * No credential can be used.
   *
   * @param where whose configuration names it
   * @param own whether whoever asks has one of that id to himself
   */
  static String noCredential(String id, String where, boolean own) {
    return own
        ? "the credential '"
            + id
            + "' is one of your own, and those are not used: events are sent by Jenkins itself,"
            + " also when nobody is logged in. Add it to Jenkins or to a folder, and choose it in"
            + " the configuration of "
            + where
        : "there is no secret text with the id '"
            + id
            + "' that may be used for this server; choose another one in the configuration of "
            + where;
  }
}
