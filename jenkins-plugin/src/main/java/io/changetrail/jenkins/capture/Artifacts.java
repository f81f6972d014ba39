// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import io.changetrail.model.Provenance;
import io.changetrail.source.OciImage;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a pipeline says of what it built or deploys. */
final class Artifacts {
  private static final Pattern DIGEST = Pattern.compile("sha256(?::|%3[Aa])([0-9a-f]{64})");
  private static final Pattern PURL_VERSION = Pattern.compile("@([^?#]+)");

  private Artifacts() {}

  /**
   * The artifact that is declared.
   *
   * @param artifact package URL, image reference, or a digest alone
   */
  static List<Provenance.Artifact> declared(@Nullable String artifact, @Nullable String version) {
    String named = Text.cut(version, 256);
    String given = Text.cut(artifact, 2000);
    if (given == null) {
      return named == null ? List.of() : List.of(new Provenance.Artifact(null, null, named));
    }
    String text = given.strip();
    Matcher digest = DIGEST.matcher(text);
    String sha = digest.find() ? "sha256:" + digest.group(1) : null;
    if (text.startsWith("pkg:")) {
      return List.of(new Provenance.Artifact(text, sha, named != null ? named : purlVersion(text)));
    }
    if (text.matches("sha256:[0-9a-f]{64}")) {
      return List.of(new Provenance.Artifact(null, text, named));
    }
    Optional<OciImage> image = OciImage.parse(text);
    return image
        .map(
            one -> {
              Provenance.Artifact it = one.artifact();
              String tag = named != null ? named : it.version();
              return new Provenance.Artifact(it.purl(), it.digest(), Text.cut(tag, 256));
            })
        .map(List::of)
        .orElseGet(
            () ->
                List.of(
                    new Provenance.Artifact(
                        null, sha, named != null ? named : Text.cut(text, 256))));
  }

  private static @Nullable String purlVersion(String purl) {
    Matcher version = PURL_VERSION.matcher(purl);
    return version.find() && !version.group(1).contains("sha256")
        ? Text.cut(version.group(1), 256)
        : null;
  }

  /** How people call what is declared. */
  static @Nullable String version(@Nullable String artifact, @Nullable String version) {
    return declared(artifact, version).stream()
        .map(
            each -> {
              String digest = each.digest();
              return each.version() != null || digest == null
                  ? each.version()
                  : digest.substring(0, Math.min(19, digest.length()));
            })
        .findFirst()
        .orElse(null);
  }
}
