// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where the token of a destination comes from. It is asked at each request, so a token may expire
 * and a file that holds it may be replaced; it is never kept, spooled or logged.
 */
@FunctionalInterface
public interface Credentials {
  /**
   * The bearer token to send now; {@code null} to send none.
   *
   * @throws IOException if it cannot be had; the request is then made later
   */
  @Nullable String bearerToken() throws IOException;

  /** For a server in development mode, which needs none. */
  static Credentials none() {
    return () -> null;
  }
}
