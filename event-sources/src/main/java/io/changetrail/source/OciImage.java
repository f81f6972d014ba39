// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import io.changetrail.model.Provenance;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A container image reference such as {@code ghcr.io/acme/checkout:1.4.2@sha256:…}.
 *
 * @param repository registry host and path, without tag and digest
 * @param digest {@code sha256:} and hex digits
 * @see <a href="https://github.com/distribution/reference">image reference grammar</a>
 */
public record OciImage(String repository, @Nullable String tag, @Nullable String digest) {
  private static final int MAX_LENGTH = 512;
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(?<repository>[A-Za-z0-9][A-Za-z0-9.-]*(?::\\d+(?=/))?(?:/[A-Za-z0-9._-]+)*)"
              + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?"
              + "(?:@(?<digest>[a-z0-9]+:[a-f0-9]{32,128}))?");

  /** The image that a reference names; empty if it is none. */
  public static Optional<OciImage> parse(@Nullable String reference) {
    if (reference == null || reference.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher matcher = REFERENCE.matcher(reference);
    return matcher.matches()
        ? Optional.of(
            new OciImage(
                matcher.group("repository"), matcher.group("tag"), matcher.group("digest")))
        : Optional.empty();
  }

  /** The last segment of the repository. */
  public String name() {
    return repository.substring(repository.lastIndexOf('/') + 1);
  }

  /** How people call this version: the tag, else the beginning of the digest. */
  public String version() {
    if (tag != null) {
      return tag;
    }
    return digest == null ? "latest" : digest.substring(0, Math.min(19, digest.length()));
  }

  /**
   * The package URL.
   *
   * @see <a
   *     href="https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md">purl
   *     type oci</a>
   */
  public String purl() {
    return "pkg:oci/"
        + name().toLowerCase(Locale.ROOT)
        + (digest == null ? "" : "@" + digest.replace(":", "%3A"))
        + "?repository_url="
        + URLEncoder.encode(repository.toLowerCase(Locale.ROOT), StandardCharsets.UTF_8)
            .replace("%2F", "/")
            .replace("%3A", ":")
        + (tag == null ? "" : "&tag=" + tag);
  }

  public Provenance.Artifact artifact() {
    return new Provenance.Artifact(purl(), digest, tag);
  }
}
