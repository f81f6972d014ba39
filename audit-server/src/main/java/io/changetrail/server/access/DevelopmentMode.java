// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import io.changetrail.server.http.Caller;
import io.changetrail.server.http.Headers;
import io.changetrail.server.http.Problem;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Access without a credential, for one person on one machine. A browser on that machine can be made
 * to send requests by any page, and a proxy may forward the requests of others: what is not plainly
 * from this machine is refused.
 */
final class DevelopmentMode {
  private static final List<String> SIGNS_OF_A_PROXY =
      List.of("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via");

  private DevelopmentMode() {}

  static Caller admit(Headers headers) {
    for (String sign : SIGNS_OF_A_PROXY) {
      if (!headers.all(sign).isEmpty()) {
        throw refused("the request was forwarded (" + sign + ")");
      }
    }
    if (!headers.one("host").filter(host -> isLoopback("http://" + host)).isPresent()) {
      throw refused("its Host is not this machine");
    }
    Optional<String> origin = headers.one("origin");
    if (origin.isPresent() && !isLoopback(origin.get())) {
      throw refused("its Origin is not this machine");
    }
    return Caller.unlimited("development", Tenants.DEFAULT);
  }

  private static RuntimeException refused(String why) {
    return Problem.of(
            403,
            "development-mode",
            "Development mode serves this machine only",
            why
                + "; for other machines create a token with 'changetrail token create', which ends"
                + " development mode")
        .asException();
  }

  static boolean isLoopback(String url) {
    try {
      String host = URI.create(url).getHost();
      return host != null && isLoopbackHost(host);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** By its form alone: nothing is looked up. */
  static boolean isLoopbackHost(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.equals("::1")
        || name.equals("[::1]")
        || name.matches("127(\\.\\d{1,3}){3}");
  }
}
