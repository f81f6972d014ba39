// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import io.changetrail.model.ChangeKind;
import io.changetrail.server.http.HttpSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a server. {@link Settings} reads it; docs/server.md explains each key.
 *
 * @param data directory of the server's own files, and of the embedded store
 * @param store which store, for example {@code embedded:./data/store}
 * @param catalogue files, Changetrail's own form or Backstage's, read again when they change
 * @param secretPaths JSON Pointers whose values are always redacted; a segment {@code *} stands for
 *     any
 */
public record ServerConfig(
    Listen listen,
    Path data,
    URI store,
    List<Path> catalogue,
    Set<String> secretPaths,
    Times times,
    Retention retention,
    int memoryPercent,
    int maxBodyBytes) {

  public ServerConfig {
    catalogue = List.copyOf(catalogue);
    secretPaths = Set.copyOf(secretPaths);
  }

  /**
   * Where it listens.
   *
   * @param tls {@code null} for plain HTTP
   */
  public record Listen(String host, int port, HttpSettings.@Nullable Tls tls) {}

  /**
   * Which times of events are believed.
   *
   * @param future how far ahead of the server's clock
   * @param past how far back
   */
  public record Times(Duration future, Duration past) {}

  /**
   * How long events are kept.
   *
   * @param keep {@code null} keeps them for ever
   * @param kinds other spans for some kinds
   * @param every how often old events are looked for
   */
  public record Retention(
      @Nullable Duration keep, Map<ChangeKind, Duration> kinds, Duration every) {
    public Retention {
      kinds = Map.copyOf(kinds);
    }
  }
}
