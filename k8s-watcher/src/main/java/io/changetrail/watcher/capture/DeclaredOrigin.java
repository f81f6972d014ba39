// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Provenance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commit and the build that an object's annotations declare: the standard labels of images,
 * copied by whoever deployed, or our own. What they do not say the artifact's digest joins.
 *
 * @see <a href="https://specs.opencontainers.org/image-spec/annotations/">OCI annotations</a>
 */
final class DeclaredOrigin {
  private static final String OCI = "org.opencontainers.image.";
  private static final String OWN = "changetrail.io/";

  private DeclaredOrigin() {}

  static Provenance of(JsonNode object, List<Provenance.Artifact> artifacts) {
    String revision = text(object, OCI + "revision", 256);
    String source = text(object, OCI + "source", 1024);
    Provenance.Vcs vcs =
        revision == null
            ? null
            : new Provenance.Vcs(
                source, revision, text(object, OWN + "ref", 512), null, null, null, null);
    String url = text(object, OWN + "build-url", 2048);
    String run = text(object, OWN + "build-id", 512);
    Provenance.Build build =
        url == null && run == null
            ? null
            : new Provenance.Build(
                text(object, OWN + "build-system", 128),
                text(object, OWN + "pipeline", 1024),
                run,
                url,
                null);
    return new Provenance(vcs, build, artifacts);
  }

  private static @Nullable String text(JsonNode object, String annotation, int most) {
    for (String where : List.of("/spec/template/metadata/annotations", "/metadata/annotations")) {
      JsonNode value = object.at(where).path(annotation);
      if (value.isTextual() && !value.textValue().isBlank()) {
        String text = value.textValue();
        return text.substring(0, Math.min(most, text.length()));
      }
    }
    return null;
  }
}
