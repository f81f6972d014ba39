// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Provenance;
import java.util.ArrayList;
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
  private static final List<String> NAMES =
      List.of(OCI + "revision", OWN + "build-url", OWN + "build-id");

  private DeclaredOrigin() {}

  static Provenance of(ObjectChange change) {
    List<Provenance.Artifact> artifacts = change.artifacts();
    JsonNode state = change.present();
    if (isStale(change)) {
      return new Provenance(null, null, artifacts);
    }
    String revision = text(state, OCI + "revision", 256);
    String source = text(state, OCI + "source", 1024);
    Provenance.Vcs vcs =
        revision == null
            ? null
            : new Provenance.Vcs(
                source, revision, text(state, OWN + "ref", 512), null, null, null, null);
    String url = text(state, OWN + "build-url", 2048);
    String run = text(state, OWN + "build-id", 512);
    Provenance.Build build =
        url == null && run == null
            ? null
            : new Provenance.Build(
                text(state, OWN + "build-system", 128),
                text(state, OWN + "pipeline", 1024),
                run,
                url,
                null);
    return new Provenance(vcs, build, artifacts);
  }

  /** Whether there are other images, and annotations that nobody wrote for them. */
  private static boolean isStale(ObjectChange change) {
    JsonNode before = change.before();
    JsonNode after = change.after();
    return before != null
        && after != null
        && !ObjectChange.references(before).equals(ObjectChange.references(after))
        && declared(before).equals(declared(after));
  }

  private static List<@Nullable String> declared(JsonNode state) {
    List<@Nullable String> declared = new ArrayList<>();
    NAMES.forEach(name -> declared.add(text(state, name, Integer.MAX_VALUE)));
    return declared;
  }

  private static @Nullable String text(JsonNode object, String annotation, int most) {
    for (String where : List.of("/spec/template/metadata/annotations", "/metadata/annotations")) {
      JsonNode value = object.at(where).path(annotation);
      if (value.isTextual() && !value.textValue().isBlank() && value.textValue().indexOf(0) < 0) {
        String text = value.textValue();
        // A part of a URL or a commit's name would name something else.
        return text.length() <= most ? text : null;
      }
    }
    return null;
  }
}
