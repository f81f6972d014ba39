// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * What a command finds around it.
 *
 * @param environment the variables of the process
 * @param user name of the account that runs the process
 * @param coloured whether colours are welcome
 * @param columns how wide the terminal is; a very large number where nobody knows, or where the
 *     output is no terminal: then nothing is cut
 */
record Surroundings(
    Map<String, String> environment,
    String user,
    InstantSource clock,
    InputStream in,
    PrintWriter out,
    PrintWriter err,
    boolean coloured,
    int columns) {

  /** Wide enough never to cut anything. */
  private static final int UNLIMITED = 100_000;

  static Surroundings ofProcess() {
    // Ansi.AUTO knows NO_COLOR, CLICOLOR and terminals.
    boolean coloured = Ansi.AUTO.enabled();
    return new Surroundings(
        System.getenv(),
        System.getProperty("user.name", "unknown"),
        InstantSource.system(),
        System.in,
        writer(FileDescriptor.out),
        writer(FileDescriptor.err),
        coloured,
        coloured ? columns(System.getenv("COLUMNS")) : UNLIMITED);
  }

  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private static int columns(@Nullable String exported) {
    return exported != null && exported.matches("[1-9][0-9]{1,3}")
        ? Integer.parseInt(exported)
        : UNLIMITED;
  }

  /** In UTF-8 whatever the locale says, as JSON must be. */
  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
  }
}
