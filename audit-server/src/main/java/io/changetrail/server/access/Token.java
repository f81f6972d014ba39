// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A credential as it is kept: what it allows, and a hash of its secret part.
 *
 * @param id public part, also shown in lists
 * @param name for people
 * @param hash hex SHA-256 of the secret part, which has 256 random bits and so needs no slow hash
 * @param expires {@code null} for never
 * @param ingest {@code null} if it may not send
 * @param read {@code null} if it may not read
 * @param catalogue whether it may say which names mean the same
 */
public record Token(
    String id,
    String name,
    String tenant,
    String hash,
    Instant created,
    @Nullable Instant expires,
    @Nullable Ingest ingest,
    @Nullable Read read,
    boolean catalogue,
    boolean admin) {

  public Token {
    if (name.isBlank() || tenant.isBlank()) {
      throw new IllegalArgumentException("a token needs a name and a tenant");
    }
    if (ingest == null && read == null && !catalogue && !admin) {
      throw new IllegalArgumentException(
          "a token needs a right; give at least one of ingest, read, catalogue and admin");
    }
  }

  /**
   * The right to send events.
   *
   * @param sources CloudEvents sources; a trailing {@code *} stands for any ending
   */
  public record Ingest(List<String> sources) {
    public Ingest {
      sources = List.copyOf(sources);
      if (sources.isEmpty()) {
        throw new IllegalArgumentException(
            "a token that sends names its sources, for example https://github.com/acme/*");
      }
    }

    boolean allows(String source) {
      return sources.stream().anyMatch(allowed -> matches(allowed, source));
    }
  }

  /**
   * Whether a text fits a pattern.
   *
   * @param pattern a trailing {@code *} stands for any ending
   */
  public static boolean matches(String pattern, String text) {
    return pattern.endsWith("*")
        ? text.startsWith(pattern.substring(0, pattern.length() - 1))
        : text.equals(pattern);
  }

  /**
   * The right to see events. An event is visible through a target whose environment and service are
   * both granted.
   *
   * @param environments {@code null} grants all
   * @param services {@code null}, with {@code teams} absent too, grants all
   * @param teams the services that these own, by the catalogue, beside {@code services}
   */
  public record Read(
      @Nullable List<String> environments,
      @Nullable List<String> services,
      @Nullable List<String> teams) {
    public Read {
      environments = environments == null ? null : List.copyOf(environments);
      services = services == null ? null : List.copyOf(services);
      teams = teams == null ? null : List.copyOf(teams);
    }
  }
}
