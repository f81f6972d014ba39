// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.cluster.ResourceType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Moments that a real cluster shows only now and then. */
class SyncsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Actor HELM =
      new Actor("Helm", null, Actor.Kind.SERVICE, "Helm", Actor.Evidence.FIELD_MANAGER);

  private Instant now = Instant.parse("2026-11-27T10:00:11.900Z");
  private final List<AuditEvent> shipped = new ArrayList<>();
  private final Syncs syncs =
      new Syncs(
          "cluster",
          "/k8s/test",
          new Places("test", "prod", Map.of(), Places.SERVICE_NAMES),
          (target, since, state) -> {},
          Runnable::run,
          shipped::add,
          () -> now);

  /** Installed at 10.9, told as 11; upgraded within the second, told as 10. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void I3_aChangeIsOfItsReleaseAlsoWhereWholeSecondsPutItBeforeTheEndOfTheOneBefore(
      boolean releaseFirst) throws Exception {
    HelmRelease first = new HelmRelease("shop", "web", 1, "deployed");
    syncs.released(first.object("1"), sync(first, Instant.parse("2026-11-27T10:00:11Z")), false);
    assertThat(shipped).isEmpty();

    HelmRelease second = new HelmRelease("shop", "web", 2, "deployed");
    if (releaseFirst) {
      syncs.released(second.object("2"), sync(second, null), true);
    }
    AuditEvent change =
        AuditEvent.builder(
                new EventRef("/k8s/test", "c/2"),
                Instant.parse("2026-11-27T10:00:10Z"),
                HELM,
                Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update").build())
            .target(new Target("web", "prod", null, "test", "shop", null))
            .build();
    syncs.seen(
        new ResourceType("", "v1", "ConfigMap", "configmaps", true),
        (ObjectNode)
            JSON.readTree(
                """
                {"kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop",
                 "uid": "c", "annotations": {"meta.helm.sh/release-name": "web",
                 "meta.helm.sh/release-namespace": "shop"}}}
                """),
        now,
        change);
    if (!releaseFirst) {
      syncs.released(second.object("2"), sync(second, null), true);
    }

    EventRef upgrade =
        shipped.stream()
            .filter(event -> event.amends() == null)
            .map(AuditEvent::ref)
            .findFirst()
            .orElseThrow();
    assertThat(shipped)
        .filteredOn(event -> change.ref().equals(event.amends()))
        .singleElement()
        .satisfies(event -> assertThat(event.links().causedBy()).containsExactly(upgrade));
  }

  private static Sync sync(HelmRelease release, Instant end) {
    return new Sync(
        release.id(),
        end,
        Outcome.SUCCESS,
        null,
        null,
        "web 1.0." + release.revision(),
        null,
        null,
        HELM,
        "upgrade",
        "shop",
        null,
        null);
  }
}
