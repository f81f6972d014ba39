// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.workflow;

/** An input of the action that does not say what it should; the message tells how to mend it. */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InputException(String input, String complaint) {
    super("input '" + input + "' " + complaint);
  }
}
