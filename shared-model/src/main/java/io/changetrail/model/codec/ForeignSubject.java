// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import io.changetrail.model.Actor;
import io.changetrail.model.Outcome;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the subject of a standard CDEvents event tells of targets, artifact, commit and build. */
final class ForeignSubject {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private final String subject;
  private final String id;
  private final @Nullable Fields content;

  ForeignSubject(String type, String id, @Nullable Fields content) {
    String name = CdEventTypes.subjectAndPredicate(type);
    this.subject = name.substring(0, name.indexOf('.'));
    this.id = id;
    this.content = content;
  }

  @Nullable Outcome outcome(@Nullable Outcome usual) {
    String said = text("outcome");
    if (usual == null || said == null) {
      return usual;
    }
    return switch (said) {
      case "success", "pass" -> Outcome.SUCCESS;
      case "failure", "error", "fail" -> Outcome.FAILURE;
      case "cancel" -> Outcome.ABORTED;
      default -> Outcome.UNKNOWN;
    };
  }

  Actor actor() {
    String user = text("user");
    return user == null || user.isBlank()
        ? Actor.unknown()
        : new Actor(user, null, Actor.Kind.USER, null, Actor.Evidence.DECLARED);
  }

  List<Target> targets() {
    String environment = nested("environment", "id");
    return switch (subject) {
      case "service" -> List.of(new Target(id, environment, null, null, null, null));
      case "environment" -> List.of(new Target(null, id, null, null, null, null));
      case "incident" -> {
        String service = nested("service", "id");
        yield service == null && environment == null
            ? List.of()
            : List.of(new Target(service, environment, null, null, null, null));
      }
      default -> List.of();
    };
  }

  Provenance provenance() {
    return new Provenance(vcs(), build(), artifacts());
  }

  private Provenance.@Nullable Vcs vcs() {
    String repository =
        subject.equals("repository")
            ? text("uri")
            : nested("repository", "source") != null
                ? nested("repository", "source")
                : nested("repository", "id");
    String change = subject.equals("change") && id.length() <= 64 ? id : null;
    return repository == null && change == null
        ? null
        : new Provenance.Vcs(repository, null, null, null, null, change, null);
  }

  private Provenance.@Nullable Build build() {
    return switch (subject) {
      case "pipelinerun", "taskrun", "build" -> {
        String url = text("uri") != null ? text("uri") : text("url");
        String pipeline = text("pipelineName") != null ? text("pipelineName") : text("taskName");
        yield new Provenance.Build(null, blankToNull(pipeline), id, blankToNull(url), null);
      }
      default -> null;
    };
  }

  private List<Provenance.Artifact> artifacts() {
    String purl = subject.equals("artifact") ? id : text("artifactId");
    if (purl == null || purl.isBlank()) {
      return List.of();
    }
    Matcher digest = DIGEST.matcher(decode(purl));
    return List.of(new Provenance.Artifact(purl, digest.find() ? digest.group() : null, null));
  }

  private static String decode(String purl) {
    try {
      return URLDecoder.decode(purl, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return purl; // not percent-encoded after all: then it is taken as it stands
    }
  }

  private @Nullable String text(String field) {
    return content == null ? null : content.text(field);
  }

  private @Nullable String nested(String object, String field) {
    Fields child = content == null ? null : content.object(object);
    return child == null ? null : blankToNull(child.text(field));
  }

  private static @Nullable String blankToNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
