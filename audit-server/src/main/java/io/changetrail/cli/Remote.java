// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import io.changetrail.shipper.Credentials;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which server, and with which token; before or after the command's name. */
final class Remote {
  /** Where {@code changetrail serve} listens unless told otherwise. */
  static final String DEFAULT_SERVER = "http://127.0.0.1:8321";

  private final Session session;
  private final @Nullable Remote outer;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The audit server; else CHANGETRAIL_SERVER, else " + DEFAULT_SERVER + ".")
  private @Nullable String server;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "The access token; else --token-file, CHANGETRAIL_TOKEN, CHANGETRAIL_TOKEN_FILE."
              + " Others on this machine can see arguments: prefer a file or a variable.")
  private @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file with the token on its first line.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long to wait for an answer; 30 unless given.")
  private @Nullable Integer timeout;

  Remote(Session session) {
    this(session, null);
  }

  private Remote(Session session, @Nullable Remote outer) {
    this.session = session;
    this.outer = outer;
  }

  /** The same options for a command; what is not given there counts as given here. */
  Remote forCommand() {
    return new Remote(session, this);
  }

  AuditServer connect() {
    return new AuditServer(address(), token(), timeout(), session.output());
  }

  /** The token as it is at each request: its file may be replaced meanwhile. */
  Credentials credentials() {
    return () -> {
      try {
        return token();
      } catch (Failure e) {
        throw new IOException("the token cannot be read", e);
      }
    };
  }

  Duration timeout() {
    return Duration.ofSeconds(timeoutSeconds());
  }

  URI address() {
    String address =
        Optional.ofNullable(given(server, outer == null ? null : outer.server))
            .or(() -> session.surroundings().variable("CHANGETRAIL_SERVER"))
            .orElse(DEFAULT_SERVER);
    return AuditServer.base(address);
  }

  private int timeoutSeconds() {
    Integer seconds = given(timeout, outer == null ? null : outer.timeout);
    if (seconds == null) {
      return 30;
    }
    if (seconds < 1 || seconds > 3600) {
      throw Failure.usage("--timeout must be from 1 to 3600 seconds", null);
    }
    return seconds;
  }

  private @Nullable String token() {
    String argument = given(token, outer == null ? null : outer.token);
    if (argument != null) {
      return checked(argument, "--token");
    }
    Path file = given(tokenFile, outer == null ? null : outer.tokenFile);
    if (file != null) {
      return read(file, "--token-file");
    }
    Surroundings around = session.surroundings();
    return around
        .variable("CHANGETRAIL_TOKEN")
        .map(value -> checked(value, "CHANGETRAIL_TOKEN"))
        .or(
            () ->
                around
                    .variable("CHANGETRAIL_TOKEN_FILE")
                    .map(name -> read(Path.of(name), "CHANGETRAIL_TOKEN_FILE")))
        .orElse(null);
  }

  private static String read(Path file, String from) {
    try {
      return checked(
          Files.readString(file, StandardCharsets.UTF_8).lines().findFirst().orElse(""), from);
    } catch (IOException e) {
      throw Failure.usage(
          from + " names a file that cannot be read: " + file, "check its name and its rights", e);
    }
  }

  /** Complains without repeating the value, which is a secret. */
  private static String checked(String value, String from) {
    String token = value.strip();
    if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw Failure.usage(
          "the token from " + from + " is empty or has characters that no token has",
          "give it as `changetrail token create` printed it");
    }
    return token;
  }

  private static <T> @Nullable T given(@Nullable T here, @Nullable T outside) {
    return here != null ? here : outside;
  }
}
