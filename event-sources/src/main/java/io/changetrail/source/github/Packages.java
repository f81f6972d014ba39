// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.source.OciImage;
import io.changetrail.source.Payload;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Published packages; of container images the digest and the commit that their labels tell. */
final class Packages {
  private static final String LABEL = "org.opencontainers.image.";
  private static final String DIGEST = "sha256:[0-9a-f]{64}";

  private Packages() {}

  /**
   * The publication of one version.
   *
   * @param published the {@code package} or {@code registry_package}, which have the same form
   */
  static List<AuditEvent> published(Payload delivery, Payload published) {
    if (!"published".equals(delivery.text("/action"))) {
      return List.of();
    }
    Repository repository = Repository.of(delivery);
    Payload version = published.at("/package_version");
    Payload labels = version.at("/container_metadata/labels");
    Provenance.Artifact artifact = artifact(published, version);
    String revision =
        first(
            labels.field("all_labels").field(LABEL + "revision").text(""),
            labels.text("/revision"),
            version.text("/target_oid"));
    Change change =
        Change.of(ChangeKind.ARTIFACT, Phase.OCCURRED, "publish")
            .summary(
                published.required("/name")
                    + " "
                    + first(artifact.version(), artifact.digest(), artifact.purl())
                    + " published")
            .build();
    Provenance.Vcs vcs =
        revision == null
            ? null
            : new Provenance.Vcs(repository.url(), revision, null, null, null, null, null);
    return List.of(
        AuditEvent.builder(
                repository.ref("package_version-" + version.required("/id") + "-published"),
                // GitHub dates containers' versions 0001-01-01; the package's date is right.
                version
                    .firstTime("/updated_at", "/created_at")
                    .orElseGet(() -> published.time("/updated_at", "/created_at")),
                Accounts.actor(delivery, "/sender", published.path() + "/package_version/author"),
                change)
            .target(repository.target(null))
            .provenance(new Provenance(vcs, null, List.of(artifact)))
            .links(Commits.links("package", version.url("/html_url")))
            .build());
  }

  private static Provenance.Artifact artifact(Payload published, Payload version) {
    Payload container = version.at("/container_metadata");
    String digest =
        Stream.of(
                container.text("/manifest/digest"),
                container.text("/tag/digest"),
                version.text("/version"))
            .filter(text -> text != null && text.matches(DIGEST))
            .findFirst()
            .orElse(null);
    String type = published.required("/package_type").toLowerCase(Locale.ROOT);
    if (type.equals("container") || type.equals("docker")) {
      String tag = container.text("/tag/name");
      String url = version.text("/package_url");
      OciImage named = OciImage.parse(url == null ? null : url.replaceFirst(":$", "")).orElse(null);
      String where =
          named != null
              ? named.repository()
              : "ghcr.io/"
                  + (published.required("/namespace") + "/" + published.required("/name"))
                      .toLowerCase(Locale.ROOT);
      return new OciImage(where, tag != null || named == null ? tag : named.tag(), digest)
          .artifact();
    }
    return new Provenance.Artifact(null, digest, version.required("/version"));
  }

  private static @Nullable String first(@Nullable String... values) {
    return Stream.of(values).filter(value -> value != null).findFirst().orElse(null);
  }
}
