// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ChangeGrouping;
import io.changetrail.model.grouping.Observation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When users could first meet a change. */
class CandidatesTest {
  private static final Instant NIGHT = Instant.parse("2026-03-04T02:00:00Z");

  private static Observation step(int second, Phase phase, @Nullable Double share) {
    String id = "e" + second;
    return new Observation(
        id,
        second,
        AuditEvent.builder(
                new EventRef("/k8s/test", id),
                NIGHT.plusSeconds(second),
                Actor.unknown(),
                Change.of(ChangeKind.DEPLOYMENT, phase, "update")
                    .id("deployments/w/2")
                    .outcome(phase == Phase.FINISHED ? Outcome.SUCCESS : null)
                    .rollout(share)
                    .build())
            .target(Target.service("web", "prod"))
            .build());
  }

  @ParameterizedTest
  @CsvSource({"5, 60, with a first share", "  ,  0, a step without a share tells nothing of users"})
  void exposureBeginsWithTheFirstShareElseWithTheStart(
      @Nullable Double share, int second, String what) {
    List<Observation> seen =
        new ArrayList<>(List.of(step(0, Phase.STARTED, null), step(60, Phase.PROGRESSED, share)));
    seen.add(step(600, Phase.FINISHED, null));

    assertThat(ChangeGrouping.group(seen, Catalogue.empty(), NIGHT.plusSeconds(900)))
        .singleElement()
        .satisfies(
            change ->
                assertThat(
                        new Candidates(Catalogue.empty(), List.of()).of(change).exposure().start())
                    .as(what)
                    .isEqualTo(NIGHT.plusSeconds(second)));
  }
}
