// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Origin;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.AuditStore;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.SourceDeclaration;
import io.changetrail.store.SourceStatus;
import io.changetrail.store.SourceStatus.Gap;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is known of who sends: what of theirs is missing, and what their clocks say. */
abstract class SourceContract extends ErasureContract {
  private static final String EPOCH = "8f1f";

  private static Instant at(long number) {
    return Samples.START.plusSeconds(number);
  }

  /** The event with that number in its source's sequence; number 7 happened at second 7. */
  private static NewEvent numbered(String tenant, long number) {
    return numbered(tenant, "build-" + number, number);
  }

  private static NewEvent numbered(String tenant, String id, long number) {
    AuditEvent event =
        Samples.deployment(id, at(number), Samples.CHECKOUT).toBuilder()
            .origin(new Origin("ci-1", null, EPOCH, number, "before", 40L))
            .build();
    return NewEvent.of(tenant, event, at(number).plusSeconds(1));
  }

  private static SourceDeclaration declaration(
      String source,
      long last,
      boolean ended,
      @Nullable Duration heartbeat,
      SourceDeclaration.Loss... lost) {
    return new SourceDeclaration(
        source, "ci-1", EPOCH, null, null, last, ended, heartbeat, List.of(lost));
  }

  private SourceStatus source(String tenant) {
    return store().sources(Scope.of(tenant)).get(0);
  }

  private SourceStatus.Epoch epoch(String tenant) {
    return source(tenant).epochs().get(0);
  }

  @Test
  void T4_whatIsMissingBetweenTheNumbersOfASourceIsToldWithTheTimesAroundIt() {
    String tenant = newTenant();
    for (long number : new long[] {2, 6, 3}) {
      store().append(List.of(numbered(tenant, number)));
    }

    SourceStatus source = source(tenant);
    assertThat(source.source()).isEqualTo(Samples.GITHUB);
    assertThat(source.events()).isEqualTo(3);
    SourceStatus.Epoch epoch = epoch(tenant);
    assertThat(epoch.missing())
        .containsExactly(new Gap(1, 1, null, at(2)), new Gap(4, 5, at(3), at(6)));
    assertThat(epoch.installation()).isEqualTo("ci-1");
    assertThat(epoch.epoch()).isEqualTo(EPOCH);
    assertThat(epoch.first()).isEqualTo(2);
    assertThat(epoch.last()).isEqualTo(6);
    assertThat(epoch.lastTime()).isEqualTo(at(6));
    assertThat(epoch.previousEpoch()).isEqualTo("before");
    assertThat(epoch.previousLast()).isEqualTo(40);
    assertThat(epoch.ended()).isFalse();
    assertThat(epoch.arrived()).isEqualTo(at(7));

    store().append(List.of(numbered(tenant, 5), numbered(tenant, 1), numbered(tenant, 4)));
    assertThat(epoch(tenant).missing()).as("late ones close the gaps").isEmpty();
  }

  @Property(tries = 40)
  void T4_whatIsMissingIsExactlyWhatDidNotComeInWhicheverOrder(
      @ForAll @Size(min = 1, max = 12) @UniqueElements
          List<@LongRange(min = 1, max = 20) Long> numbers) {
    String tenant = newTenant();
    numbers.forEach(number -> store().append(List.of(numbered(tenant, number))));

    List<Long> missing = new ArrayList<>();
    epoch(tenant)
        .missing()
        .forEach(gap -> LongStream.rangeClosed(gap.first(), gap.last()).forEach(missing::add));
    long last = numbers.stream().mapToLong(Long::longValue).max().orElseThrow();
    assertThat(epoch(tenant).last()).isEqualTo(last);
    assertThat(missing)
        .isEqualTo(
            LongStream.rangeClosed(1, last)
                .filter(number -> !numbers.contains(number))
                .boxed()
                .toList());
  }

  @Test
  void T4_aSequenceThatGoesOnIsKeptBesideAnyNumberOfShortOnes() {
    String tenant = newTenant();
    for (int second = 1; second <= 200; second++) {
      AuditEvent shortOne =
          Samples.deployment("short-" + second, at(second), Samples.CHECKOUT).toBuilder()
              .origin(new Origin("ci-2", null, "run-" + second, 1, null, null))
              .build();
      store().append(List.of(NewEvent.of(tenant, shortOne, at(second))));
      if (second % 20 == 1) {
        AuditEvent next = numbered(tenant, "long-" + second, 1 + second / 20).event();
        store().append(List.of(NewEvent.of(tenant, next, at(second))));
      }
    }

    SourceStatus.Epoch longOne =
        source(tenant).epochs().stream()
            .filter(epoch -> epoch.epoch().equals(EPOCH))
            .findFirst()
            .orElseThrow();
    assertThat(longOne.last()).isEqualTo(10);
    assertThat(longOne.missing()).isEmpty();
    assertThat(source(tenant).epochs()).hasSizeLessThan(100);
  }

  @Test
  void T4_anEventThatIsSentAgainUnderAnotherNumberHasComeUnderBoth() {
    String tenant = newTenant();
    store().append(List.of(numbered(tenant, "build", 1)));
    AuditEvent again =
        numbered(tenant, "build", 1).event().toBuilder()
            .origin(new Origin("ci-1", null, EPOCH, 2, null, null))
            .build();

    assertThat(store().append(List.of(NewEvent.of(tenant, again, at(9)))))
        .extracting(AppendResult::status)
        .containsExactly(Status.DUPLICATE);

    assertThat(epoch(tenant).last()).isEqualTo(2);
    assertThat(epoch(tenant).missing()).isEmpty();
    assertThat(source(tenant).events()).isEqualTo(1);
  }

  @Test
  void T4_whatASourceDeclaresIsKeptWithoutAnEventAndOnlyOnce() {
    String tenant = newTenant();
    SourceDeclaration.Loss loss = new SourceDeclaration.Loss(3, 4, "spool full", at(4));
    SourceDeclaration said = declaration(Samples.GITHUB, 5, true, Duration.ofMinutes(10), loss);
    store().append(List.of(numbered(tenant, 1)));

    store().declare(tenant, List.of(said), at(60));
    store().declare(tenant, List.of(said), at(90));
    store().declare(tenant, List.of(), at(95));

    SourceStatus.Epoch epoch = epoch(tenant);
    assertThat(epoch.declared()).isEqualTo(5);
    assertThat(epoch.declaredAt()).as("when it first said so").isEqualTo(at(60));
    assertThat(epoch.heard()).isEqualTo(at(90));
    assertThat(epoch.ended()).isTrue();
    assertThat(epoch.heartbeat()).isEqualTo(Duration.ofMinutes(10));
    assertThat(epoch.lost()).containsExactly(loss);
    assertThat(epoch.last()).as("the highest that came").isEqualTo(1);
    assertThat(search(Scope.of(tenant), Query.all(), View.RAW)).hasSize(1);
  }

  @Test
  void T4_onlyWhoSeesTheWholeTenantSeesWhatOnlyDeclaredSomethingAndWhatIsMissing() {
    String tenant = newTenant();
    store().append(List.of(numbered(tenant, 3)));
    store().declare(tenant, List.of(declaration("/ci/a-silent", 2, false, null)), at(60));

    assertThat(store().sources(Scope.of(tenant)))
        .extracting(SourceStatus::source)
        .as("in order of name")
        .containsExactly("/ci/a-silent", Samples.GITHUB);
    assertThat(store().sources(Scope.of(tenant)).get(0).events()).isZero();
    assertThat(store().sources(new Scope(tenant, null, Set.of("checkout"))))
        .singleElement()
        .satisfies(
            seen -> {
              assertThat(seen.source()).isEqualTo(Samples.GITHUB);
              assertThat(seen.events()).isEqualTo(1);
              assertThat(seen.epochs()).as("gaps would tell of others' events").isEmpty();
            });
    assertThat(store().sources(new Scope(tenant, null, Set.of("payment")))).isEmpty();
    assertThat(store().sources(Scope.of(newTenant()))).isEmpty();
  }

  @Test
  void T7_anEventKeepsTheTimeWhenItHappenedWhenItWasSeenAndWhenItCameIn() {
    String tenant = newTenant();
    Instant happened = Samples.START.plusNanos(123_456_789);
    AuditEvent event =
        Samples.deployment("late", happened, Samples.CHECKOUT).toBuilder()
            .observedTime(happened.plusNanos(1))
            .build();
    Instant came = happened.plusSeconds(3600).plusNanos(7);
    Duration ahead = Duration.ofMillis(-1500);
    store()
        .append(
            List.of(
                new NewEvent(tenant, event, came, ahead, null),
                NewEvent.of(tenant, Samples.deployment("soon", at(60), Samples.CHECKOUT), at(61))));

    List<StoredEvent> found = search(Scope.of(tenant), Query.all(), View.FOLDED);
    assertThat(found)
        .extracting(stored -> stored.event().ref().id())
        .as("in order of when it happened")
        .containsExactly("late", "soon");
    StoredEvent late = found.get(0);
    assertThat(late.event().time()).isEqualTo(happened);
    assertThat(late.event().observedTime()).isEqualTo(happened.plusNanos(1));
    assertThat(late.ingestedTime()).isEqualTo(came);
    assertThat(late.clockOffset()).isEqualTo(ahead);
    assertThat(found.get(1).clockOffset()).isNull();
    assertThat(search(Scope.of(tenant), Query.all().between(came, null), View.FOLDED))
        .as("a range is of when it happened")
        .isEmpty();
  }

  @Test
  void T7_howFarTheClockOfASourceIsOffIsTheMedianOfItsEventsAndHowSureTheirRange() {
    String tenant = newTenant();
    long[] offsets = {2, 31, 1};
    for (int i = 0; i < offsets.length; i++) {
      AuditEvent event = Samples.deployment("d" + i, at(i), Samples.CHECKOUT);
      NewEvent incoming =
          new NewEvent(tenant, event, at(100 + i), Duration.ofSeconds(offsets[i]), null);
      store().append(List.of(incoming));
      store().append(List.of(incoming));
    }

    SourceStatus source = source(tenant);
    assertThat(source.clockOffset()).isEqualTo(Duration.ofSeconds(2));
    assertThat(source.clockUncertainty()).isEqualTo(Duration.ofSeconds(15));
    assertThat(source.lastTime()).isEqualTo(at(2));
    assertThat(source.lastIngested()).isEqualTo(at(102));
    assertThat(source.lag()).isEqualTo(Duration.ofSeconds(100));
    assertThat(source.events()).isEqualTo(3);
  }

  @Test
  void T4_theAccountIsTheSameAfterTheStoreWasClosedAndOpenedAgain() {
    String tenant = newTenant();
    String name = "account-" + tenant;
    List<SourceStatus> before;
    try (AuditStore store = open(name)) {
      store.append(List.of(numbered(tenant, 2), numbered(tenant, 6)));
      store.declare(
          tenant,
          List.of(
              declaration(
                  Samples.GITHUB,
                  9,
                  true,
                  Duration.ofHours(1),
                  new SourceDeclaration.Loss(4, 4, "parked", at(4)))),
          at(60));
      before = store.sources(Scope.of(tenant));
    }
    try (AuditStore store = open(name)) {
      assertThat(store.sources(Scope.of(tenant))).isEqualTo(before);
      store.append(List.of(numbered(tenant, 3)));
      assertThat(store.sources(Scope.of(tenant)).get(0).epochs().get(0).missing())
          .containsExactly(new Gap(1, 1, null, at(2)), new Gap(4, 5, at(3), at(6)));
    }
  }

  @Test
  void sourcesOfTheSameNameInTwoTenantsAreTwo() {
    String one = newTenant();
    String other = newTenant();
    store().append(List.of(numbered(one, 4), numbered(other, 1)));
    assertThat(epoch(one).missing()).hasSize(1);
    assertThat(epoch(other).missing()).isEmpty();
    assertThat(source(one).source()).isEqualTo(source(other).source());
  }
}
