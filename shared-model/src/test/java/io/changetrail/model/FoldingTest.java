// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.model.content.CanonicalContent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class FoldingTest {
  private static final EventRef BASE = new EventRef("/k8s/prod", "rollout-7");

  @Property(tries = 200)
  void theOrderInWhichAmendmentsArriveDoesNotMatter(
      @ForAll("events") AuditEvent base,
      @ForAll("amendments") List<AuditEvent> amendments,
      @ForAll long seed) {
    List<AuditEvent> shuffled = new ArrayList<>(amendments);
    Collections.shuffle(shuffled, new Random(seed));

    AuditEvent folded = Folding.fold(base, amendments);

    assertThat(Folding.fold(base, shuffled)).isEqualTo(folded);
    assertThat(Folding.fold(base, shuffled).attributes().toString())
        .isEqualTo(folded.attributes().toString());
  }

  @Property(tries = 200)
  void amendmentsOnlyAdd(
      @ForAll("events") AuditEvent base, @ForAll("amendments") List<AuditEvent> amendments) {
    AuditEvent folded = Folding.fold(base, amendments);

    assertThat(folded.ref()).isEqualTo(base.ref());
    assertThat(folded.time()).isEqualTo(base.time());
    assertThat(folded.targets()).containsAll(base.targets());
    assertThat(folded.attributes()).containsAllEntriesOf(base.attributes());
    assertThat(folded.links().causedBy()).containsAll(base.links().causedBy());
    assertThat(folded.links().urls()).containsAllEntriesOf(base.links().urls());
    assertThat(folded.provenance().artifacts()).containsAll(base.provenance().artifacts());
    assertThat(folded.unmapped()).isEqualTo(base.unmapped());
    assertThat(folded.actor().evidence()).isLessThanOrEqualTo(base.actor().evidence());
    Change said = base.change();
    Change now = folded.change();
    assertThat(now.kind()).isEqualTo(said.kind());
    assertThat(now.action()).isEqualTo(said.action());
    assertThat(now.summary()).isEqualTo(said.summary());
    kept(said.id(), now.id());
    kept(said.reason(), now.reason());
    kept(said.ticket(), now.ticket());
    kept(said.rollout(), now.rollout());
    kept(said.rollbackOf(), now.rollbackOf());
    kept(said.observedLate(), now.observedLate());
    kept(said.outcome() == Outcome.UNKNOWN ? null : said.outcome(), now.outcome());
    if (!said.state().isEmpty()) {
      assertThat(now.state()).isEqualTo(said.state());
    }
    Provenance.Vcs vcs = base.provenance().vcs();
    if (vcs != null) {
      kept(vcs.revision(), folded.provenance().vcs().revision());
      kept(vcs.author(), folded.provenance().vcs().author());
    }
  }

  @Property(tries = 100)
  void withoutAmendmentsTheEventIsItself(@ForAll("events") AuditEvent base) {
    assertThat(Folding.fold(base, List.of())).isEqualTo(base);
  }

  @Property(tries = 100)
  void amendingTwiceIsAmendingOnce(
      @ForAll("events") AuditEvent base, @ForAll("amendments") List<AuditEvent> amendments) {
    List<AuditEvent> twice = new ArrayList<>(amendments);
    twice.addAll(amendments);

    assertThat(CanonicalContent.hash(Folding.fold(base, twice)))
        .isEqualTo(CanonicalContent.hash(Folding.fold(base, amendments)));
  }

  @Test
  void aLaterFactFillsWhatWasOpen() {
    AuditEvent start =
        AuditEvent.builder(
                BASE,
                at("02:00"),
                Actor.unknown(),
                Change.of(ChangeKind.DEPLOYMENT, Phase.STARTED, "deploy").build())
            .target(Target.service("checkout", "prod"))
            .build();
    AuditEvent who =
        amendment("audit-1", "02:01", Actor.user("ada", Actor.Evidence.AUDIT_LOG), null);
    AuditEvent end = amendment("end-1", "02:05", Actor.unknown(), Outcome.FAILURE);

    AuditEvent folded = Folding.fold(start, List.of(end, who));

    assertThat(folded.actor().id()).isEqualTo("ada");
    assertThat(folded.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(folded.change().phase()).isEqualTo(Phase.FINISHED);
    assertThat(folded.change().action()).isEqualTo("deploy");
  }

  @Test
  void weakerEvidenceNeverReplacesStronger() {
    AuditEvent known =
        amendment("base", "02:00", Actor.user("ada", Actor.Evidence.AUDIT_LOG), null).toBuilder()
            .ref(BASE)
            .amends(null)
            .target(Target.service("checkout", "prod"))
            .build();
    AuditEvent guess =
        amendment("late", "02:01", Actor.user("kubectl", Actor.Evidence.FIELD_MANAGER), null);

    assertThat(Folding.fold(known, List.of(guess)).actor().id()).isEqualTo("ada");
  }

  @Test
  void anOutcomeThatNobodyKnewIsFilledInByOneWhoDoes() {
    AuditEvent lost =
        amendment("base", "02:00", Actor.unknown(), Outcome.UNKNOWN).toBuilder()
            .ref(BASE)
            .amends(null)
            .target(Target.service("checkout", "prod"))
            .build();

    AuditEvent folded =
        Folding.fold(lost, List.of(amendment("end", "02:09", Actor.unknown(), Outcome.SUCCESS)));

    assertThat(folded.change().outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void ofTwoContentsUnderOneIdTheSameComesFirstWhateverTheOrder() {
    AuditEvent one = amendment("a", "02:01", Actor.unknown(), Outcome.SUCCESS);
    AuditEvent other = amendment("a", "02:01", Actor.unknown(), Outcome.FAILURE);
    AuditEvent start =
        AuditEvent.builder(
                BASE,
                at("02:00"),
                Actor.unknown(),
                Change.of(ChangeKind.DEPLOYMENT, Phase.STARTED, "deploy").build())
            .target(Target.service("checkout", "prod"))
            .build();

    assertThat(Folding.fold(start, List.of(one, other)))
        .isEqualTo(Folding.fold(start, List.of(other, one)));
  }

  private static AuditEvent amendment(String id, String time, Actor actor, Outcome outcome) {
    Phase phase = outcome == null ? Phase.OCCURRED : Phase.FINISHED;
    return AuditEvent.builder(
            new EventRef("/k8s/prod", id),
            at(time),
            actor,
            Change.of(ChangeKind.DEPLOYMENT, phase, Folding.AMEND).outcome(outcome).build())
        .amends(BASE)
        .build();
  }

  private static Instant at(String time) {
    return Instant.parse("2026-03-01T" + time + ":00Z");
  }

  private static void kept(Object said, Object now) {
    if (said != null) {
      assertThat(now).isEqualTo(said);
    }
  }

  @Provide
  Arbitrary<AuditEvent> events() {
    return ArbitraryEvents.events();
  }

  /** Close together in time and id, so that ties are common; each with a different attribute. */
  @Provide
  Arbitrary<List<AuditEvent>> amendments() {
    return ArbitraryEvents.events()
        .map(
            event ->
                event.toBuilder()
                    .ref(new EventRef("/a", "amendment-" + Math.floorMod(event.hashCode(), 3)))
                    .time(Instant.ofEpochSecond(1_700_000_000 + Math.floorMod(event.hashCode(), 2)))
                    .attribute(
                        "tie", JsonNodeFactory.instance.numberNode(Objects.hashCode(event.actor())))
                    .amends(BASE)
                    .build())
        .list()
        .ofMaxSize(5);
  }
}
