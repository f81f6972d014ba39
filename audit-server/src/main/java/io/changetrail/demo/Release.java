// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A version of a service, from commit to image.
 *
 * @param night days since the epoch; commits and images of two nights differ
 * @param previous the version that it replaces
 */
record Release(ShopService service, String version, String previous, String title, long night) {
  String revision() {
    return hash("commit " + version).substring(0, 40);
  }

  String previousRevision() {
    return hash("commit " + previous).substring(0, 40);
  }

  String digest() {
    return "sha256:" + hash("image " + version);
  }

  String image() {
    return image(version);
  }

  String previousImage() {
    return image(previous);
  }

  /** Back to the version before. */
  Release undone() {
    return new Release(
        service,
        /* version= */ previous,
        /* previous= */ version,
        "Roll back to " + previous,
        night);
  }

  private String image(String which) {
    return "ghcr.io/acme/"
        + service.repository()
        + ":"
        + which
        + "@sha256:"
        + hash("image " + which);
  }

  private String hash(String what) {
    try {
      String seed = night + " " + service.repository() + " " + what;
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
