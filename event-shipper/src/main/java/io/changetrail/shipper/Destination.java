// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An audit server that every event goes to.
 *
 * @param name of the folder in the spool that keeps how far this destination is: letters, digits,
 *     {@code .}, {@code _} and {@code -}. Keep it when the server moves
 * @param server http or https, with a host, without user, query or fragment
 */
public record Destination(String name, URI server, Credentials credentials) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

  public Destination {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a destination's name has 1 to 128 letters, digits, '.', '_' and '-'");
    }
    String scheme = server.getScheme() == null ? "" : server.getScheme().toLowerCase(Locale.ROOT);
    if ((!scheme.equals("http") && !scheme.equals("https"))
        || server.getHost() == null
        || server.getRawUserInfo() != null
        || server.getRawQuery() != null
        || server.getRawFragment() != null) {
      // Without the address: it might hold a password.
      throw new IllegalArgumentException(
          "a destination is an http or https URL with a host and nothing else,"
              + " as in https://changetrail.example.com:8321");
    }
  }

  /** A destination that is named after its host, port and path. */
  public static Destination of(URI server, Credentials credentials) {
    String host = server.getHost() == null ? "server" : server.getHost();
    String port = server.getPort() < 0 ? "" : "-" + server.getPort();
    String path = server.getPath() == null ? "" : server.getPath().replaceAll("/+$", "");
    return new Destination(
        (host + port + path).replaceAll("[^A-Za-z0-9._-]", "_"), server, credentials);
  }
}
