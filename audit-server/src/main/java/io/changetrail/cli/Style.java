// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

/**
 * How a part of a line looks on a terminal.
 *
 * @see <a href="https://www.ecma-international.org/publications-and-standards/standards/ecma-48/">
 *     ECMA-48 §8.3.117, select graphic rendition</a>
 */
enum Style {
  PLAIN(""),
  BOLD("1"),
  FAINT("2"),
  RED("31"),
  GREEN("32"),
  YELLOW("33"),
  CYAN("36");

  private static final String ESCAPE = "\u001b[";

  private final String rendition;

  Style(String rendition) {
    this.rendition = rendition;
  }

  String around(String text) {
    return this == PLAIN || text.isEmpty() ? text : ESCAPE + rendition + "m" + text + ESCAPE + "0m";
  }
}
