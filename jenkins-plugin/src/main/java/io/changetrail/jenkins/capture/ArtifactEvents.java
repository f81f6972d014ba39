// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run has published: the events that join a commit with a digest. A rollout that a cluster
 * reports knows only the digest.
 */
public final class ArtifactEvents {
  /** Of the files of a run; what has more keeps libraries, not what it delivers. */
  private static final int MOST_FILES = 100;

  private ArtifactEvents() {}

  /**
   * What a step declares.
   *
   * @param artifact package URL, image reference, or a digest alone
   * @param version as people know it
   */
  public static AuditEvent declared(
      RunFacts run,
      Instant at,
      @Nullable String stage,
      @Nullable String artifact,
      @Nullable String version) {
    if (artifact == null || artifact.isBlank()) {
      throw new IllegalArgumentException(
          "artifact is required: name what is published, as in"
              + " artifact: 'ghcr.io/acme/checkout:1.4.2@sha256:…'");
    }
    Provenance.Artifact declared = Artifacts.declared(artifact, version).get(0);
    return event(run, at, stage, declared, artifact);
  }

  /** Whether what is declared names a digest: without one it joins with nothing that runs. */
  public static boolean hasDigest(@Nullable String artifact) {
    return Artifacts.declared(artifact, null).stream().anyMatch(each -> each.digest() != null);
  }

  /**
   * The files that Jenkins took fingerprints of, one event each.
   *
   * @param md5 hash of each file by its name
   */
  public static List<AuditEvent> fingerprinted(RunFacts run, Instant at, Map<String, String> md5) {
    List<AuditEvent> events = new ArrayList<>();
    for (Map.Entry<String, String> file : new TreeMap<>(md5).entrySet()) {
      if (events.size() == MOST_FILES) {
        break;
      }
      if (file.getValue().matches("[0-9a-f]{32}")) {
        String name = file.getKey().substring(file.getKey().lastIndexOf('/') + 1);
        String purl =
            "pkg:generic/"
                + URLEncoder.encode(Text.required(name, 150), StandardCharsets.UTF_8)
                    .replace("+", "%20")
                + "?checksum=md5:"
                + file.getValue();
        events.add(
            event(
                run,
                at,
                null,
                new Provenance.Artifact(purl, "md5:" + file.getValue(), null),
                file.getKey()));
      }
    }
    return events;
  }

  private static AuditEvent event(
      RunFacts run, Instant at, @Nullable String stage, Provenance.Artifact artifact, String name) {
    String id = "artifact-" + run.key() + "-" + Text.inId(name, 200);
    Change change =
        Change.of(ChangeKind.ARTIFACT, Phase.OCCURRED, "publish")
            .id(id)
            .summary("published " + Text.required(name, 1000))
            .backfilled(run.backfilled())
            .build();
    Actor actor = Actors.of(run);
    AuditEvent.Builder event =
        AuditEvent.builder(run.controller().ref(id), at, actor, change)
            .onBehalfOf(Actors.author(run, actor))
            .provenance(Description.provenance(run, stage, List.of(artifact)))
            .links(Description.links(run, List.of(RunEvents.startedRef(run))))
            .attribute("artifact.filename", TextNode.valueOf(Text.required(name, 1000)));
    String service = Description.service(run);
    if (service != null) {
      event.target(new Target(service, null, null, null, null, null));
    }
    Description.describe(run, event);
    return event.build();
  }
}
