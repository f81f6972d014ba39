// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the server listens.
 *
 * @param host address to bind
 * @param port 0 takes a free one
 * @param tls {@code null} for plain HTTP
 */
public record HttpSettings(String host, int port, @Nullable Tls tls, Limits limits) {
  public HttpSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
  }

  /**
   * The server's identity.
   *
   * @param certificates PEM file with the certificate and its chain, leaf first
   * @param privateKey PEM file with the unencrypted PKCS #8 key
   */
  public record Tls(Path certificates, Path privateKey) {}
}
