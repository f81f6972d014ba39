// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.node.BooleanNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.source.Payload;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Releases and the tags that name them. */
final class Releases {
  private static final String COMMIT = "[0-9a-f]{40,64}";

  private Releases() {}

  /** A release is told of as created, published and released at once; only one of these counts. */
  static List<AuditEvent> map(Payload delivery, DeliveryId guid) {
    String action = delivery.required("/action");
    return switch (action) {
      case "published" ->
          List.of(
              event(
                  delivery,
                  "publish",
                  action,
                  delivery.time("/release/published_at", "/release/created_at")));
      // When it was taken back the payload does not say.
      case "unpublished", "deleted" ->
          List.of(
              event(
                  delivery,
                  "unpublish",
                  action,
                  guid.timeOr(
                      delivery,
                      "/release/updated_at",
                      "/repository/updated_at",
                      "/release/created_at")));
      default -> List.of();
    };
  }

  private static AuditEvent event(Payload delivery, String action, String how, Instant time) {
    Repository repository = Repository.of(delivery);
    Payload release = delivery.at("/release");
    String tag = release.required("/tag_name");
    Actor actor = Accounts.actor(delivery, "/sender", "/release/author");
    String target = release.text("/target_commitish");
    boolean commit = target != null && target.matches(COMMIT);
    Change change =
        Change.of(ChangeKind.ARTIFACT, Phase.OCCURRED, action)
            .summary(repository.name() + " " + tag + " " + how)
            .reason(release.cut("/body", 8192))
            .build();
    AuditEvent.Builder event =
        AuditEvent.builder(
                repository.ref("release-" + release.required("/id") + "-" + how),
                time,
                actor,
                change)
            .onBehalfOf(Accounts.principal(delivery, actor, "/release/author"))
            .target(repository.target(null))
            .provenance(
                new Provenance(
                    vcs(repository, commit ? target : null, "refs/tags/" + tag),
                    null,
                    List.of(new Provenance.Artifact(purl(repository, tag), null, tag))))
            .links(Commits.links("release", release.url("/html_url")));
    if (release.at("/prerelease").node().asBoolean()) {
      event.attribute("vcs.release.prerelease", BooleanNode.TRUE);
    }
    return event.build();
  }

  /**
   * Branches come and go; a tag names what is shipped. GitHub tells neither its commit nor an id.
   */
  static List<AuditEvent> tag(Payload delivery, String action) {
    String ref = delivery.required("/ref");
    if (!"tag".equals(delivery.text("/ref_type"))) {
      return List.of();
    }
    Repository repository = Repository.of(delivery);
    Instant time = delivery.time("/repository/pushed_at");
    EventRef id = repository.ref("tag-" + ref + "-" + action + "d-" + time.getEpochSecond());
    return List.of(
        AuditEvent.builder(
                id,
                time,
                Accounts.actor(delivery, "/sender"),
                Change.of(ChangeKind.CODE, Phase.OCCURRED, action + "_tag")
                    .summary("tag " + ref + " " + action + "d in " + repository.name())
                    .build())
            .target(repository.target(null))
            .provenance(new Provenance(vcs(repository, null, "refs/tags/" + ref), null, List.of()))
            .build());
  }

  private static Provenance.Vcs vcs(Repository repository, @Nullable String revision, String ref) {
    return new Provenance.Vcs(repository.url(), revision, ref, null, null, null, null);
  }

  /**
   * The package URL.
   *
   * @see <a
   *     href="https://github.com/package-url/purl-spec/blob/main/types-doc/github-definition.md">purl
   *     type github</a>
   */
  private static String purl(Repository repository, String tag) {
    return "pkg:github/"
        + repository.name().toLowerCase(Locale.ROOT)
        + "@"
        + URLEncoder.encode(tag, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
