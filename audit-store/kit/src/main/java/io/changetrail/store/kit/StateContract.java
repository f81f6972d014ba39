// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.NewEvent;
import io.changetrail.store.ResourceKey;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a resource was at an instant, and appending only on the state that is there. */
abstract class StateContract extends AppendContract {
  private static final String ONE = "{\"a\":1}";
  private static final String TWO = "{\"a\":2}";

  private static Instant at(int second) {
    return Samples.START.plusSeconds(second);
  }

  private static Target place(String service, String environment, String uid) {
    return Target.service(service, environment)
        .withResource(new Resource("ConfigMap", "settings", uid));
  }

  private static ResourceKey key(String uid) {
    return ResourceKey.of(Samples.KUBERNETES, place("any", "any", uid)).orElseThrow();
  }

  private static String hash(@Nullable String state) {
    return state == null ? "" : CanonicalContent.hash(Samples.json(state));
  }

  private static ResourceState baseline(Target target, int second, String state) {
    return new ResourceState(
        ResourceKey.of(Samples.KUBERNETES, target).orElseThrow(),
        target,
        at(second),
        Samples.json(state),
        hash(state),
        null);
  }

  private AppendResult appendIf(String tenant, AuditEvent event, String expected) {
    return store()
        .append(List.of(new NewEvent(tenant, event, event.time(), null, expected)))
        .get(0);
  }

  private List<String> keysOf(Scope scope, Set<String> services, int second) {
    return store().states(scope, services, Set.of(), at(second)).stream()
        .map(state -> state.target().service() + " " + state.state())
        .toList();
  }

  @Test
  void S1_aResourceThatMovedIsFoundUnderTheServiceItHadAtThatTime() {
    String tenant = newTenant();
    Scope all = Scope.of(tenant);
    append(
        tenant,
        Samples.config("c1", at(1), place("checkout", "prod", "u"), null, ONE),
        Samples.config("c2", at(5), place("payment", "prod", "u"), ONE, TWO));

    assertThat(keysOf(all, Set.of("checkout"), 3)).containsExactly("checkout " + ONE);
    assertThat(keysOf(all, Set.of("checkout"), 5)).isEmpty();
    assertThat(keysOf(all, Set.of("payment"), 3)).isEmpty();
    assertThat(keysOf(all, Set.of("payment"), 5)).containsExactly("payment " + TWO);
    assertThat(keysOf(all, Set.of("checkout", "payment"), 3)).containsExactly("checkout " + ONE);
    Scope limited = new Scope(tenant, null, Set.of("checkout"));
    assertThat(keysOf(limited, Set.of(), 3)).containsExactly("checkout " + ONE);
    assertThat(keysOf(limited, Set.of(), 5)).isEmpty();
    assertThat(store().state(limited, key("u"), at(5))).isEmpty();
  }

  @Test
  void aStateBeginsAtItsTimeAndADeletedResourceIsNotListed() {
    String tenant = newTenant();
    Scope all = Scope.of(tenant);
    List<AppendResult> results =
        append(
            tenant,
            Samples.config("c1", at(1), place("checkout", "prod", "u"), null, ONE),
            Samples.config("c2", at(2), place("checkout", "prod", "u"), ONE, null));

    assertThat(store().state(all, key("u"), at(1).minusNanos(1))).isEmpty();
    ResourceState state = store().state(all, key("u"), at(1)).orElseThrow();
    assertThat(state)
        .isEqualTo(
            new ResourceState(
                key("u"),
                place("checkout", "prod", "u"),
                at(1),
                Samples.json(ONE),
                hash(ONE),
                results.get(0).eventId()));
    ResourceState deleted = store().state(all, key("u"), at(2)).orElseThrow();
    assertThat(deleted.state()).isNull();
    assertThat(deleted.hash()).isEmpty();
    assertThat(keysOf(all, Set.of(), 1)).hasSize(1);
    assertThat(keysOf(all, Set.of(), 2)).isEmpty();
  }

  @Test
  void whatIsGoneByAnotherNameLeavesNoStateAndWhatIsOnlyUnknownLeavesTheOld() {
    String tenant = newTenant();
    Scope all = Scope.of(tenant);
    AuditEvent gone = Samples.config("c2", at(2), place("checkout", "prod", "u"), ONE, null);
    AuditEvent.Builder unknown = gone.toBuilder();
    append(
        tenant,
        Samples.config("c1", at(1), place("checkout", "prod", "u"), null, ONE),
        gone.toBuilder()
            .change(gone.change().toBuilder().action(Change.DRIFT_RESOLVED).build())
            .build(),
        Samples.config("d1", at(1), place("checkout", "prod", "v"), null, ONE),
        unknown
            .ref(new EventRef(gone.ref().source(), "d2"))
            .targets(List.of(place("checkout", "prod", "v")))
            .change(
                gone.change().toBuilder()
                    .action("update")
                    .state(new StateChange(Samples.json(ONE), null, null, List.of(), false))
                    .build())
            .build());

    assertThat(store().state(all, key("u"), at(2)).orElseThrow().state()).isNull();
    assertThat(store().state(all, key("v"), at(2)).orElseThrow().state())
        .isEqualTo(Samples.json(ONE));
  }

  @Test
  void aBaselineIsAStateWithoutAnEvent() {
    String tenant = newTenant();
    Scope all = Scope.of(tenant);
    Target target = place("checkout", "prod", "u");

    assertThat(store().putBaseline(tenant, baseline(target, 1, ONE))).isTrue();
    assertThat(store().putBaseline(tenant, baseline(target, 2, TWO))).as("a second one").isFalse();

    assertThat(store().state(all, key("u"), at(9))).contains(baseline(target, 1, ONE));
    assertThat(store().readFrom(all, 0, 10)).isEmpty();
    assertThat(store().states(new Scope(tenant, Set.of("dev"), null), Set.of(), Set.of(), at(9)))
        .isEmpty();
    assertThat(appendIf(tenant, Samples.config("c0", at(3), target, null, TWO), "").status())
        .as("it has a state")
        .isEqualTo(Status.SUPERSEDED);
    assertThat(appendIf(tenant, Samples.config("c1", at(3), target, ONE, TWO), hash(ONE)).status())
        .isEqualTo(Status.ACCEPTED);
    assertThat(store().state(all, key("u"), at(2))).contains(baseline(target, 1, ONE));
  }

  @Test
  void ofManyWhoExpectTheSameStateOneIsAppended() throws Exception {
    String tenant = newTenant();
    Target target = place("checkout", "prod", "u");
    append(tenant, Samples.config("c0", at(0), target, null, ONE));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<AppendResult>> running = new ArrayList<>();
    for (int i = 1; i <= 16; i++) {
      AuditEvent event = Samples.config("c" + i, at(i), target, ONE, "{\"a\":\"" + i + "\"}");
      running.add(threads.submit(() -> appendIf(tenant, event, hash(ONE))));
    }
    List<Status> statuses = new ArrayList<>();
    for (Future<AppendResult> one : running) {
      statuses.add(one.get().status());
    }
    threads.shutdown();

    assertThat(statuses).containsOnlyOnce(Status.ACCEPTED).contains(Status.SUPERSEDED);
    assertThat(statuses.stream().filter(Status.SUPERSEDED::equals)).hasSize(15);
    assertThat(store().readFrom(Scope.of(tenant), 0, 100)).hasSize(2);
  }

  /**
   * Something done to a resource.
   *
   * @param state {@code null} deletes it
   * @param expects the hash that it depends on; {@code null} if on none
   */
  record Step(
      String uid,
      String service,
      String environment,
      int second,
      @Nullable String state,
      @Nullable String expects) {
    String hash() {
      return StateContract.hash(state);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<String> states = Arbitraries.of(ONE, TWO, "[]").injectNull(0.2);
    return Combinators.combine(
            Arbitraries.of("u1", "u2", "u3"),
            Arbitraries.of("checkout", "payment"),
            Arbitraries.of("prod", "dev"),
            Arbitraries.integers().between(0, 6),
            states,
            Arbitraries.of("", hash(ONE), hash(TWO)).injectNull(0.7))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(14);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void S1_statesAtAnyTimeAreThoseOfTheEventsUpToIt(@ForAll("steps") List<Step> steps) {
    String tenant = newTenant();
    List<Step> taken = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      Target target = place(step.service(), step.environment(), step.uid());
      String before = step.state() == null ? "{}" : null;
      AuditEvent event = Samples.config("c" + i, at(step.second()), target, before, step.state());
      String current = latest(taken, step.uid(), Integer.MAX_VALUE).map(Step::hash).orElse("");
      boolean fits = step.expects() == null || step.expects().equals(current);
      NewEvent incoming = new NewEvent(tenant, event, event.time(), null, step.expects());
      assertThat(store().append(List.of(incoming)).get(0).status())
          .isEqualTo(fits ? Status.ACCEPTED : Status.SUPERSEDED);
      if (fits) {
        taken.add(step);
      }
    }
    for (int second = -1; second <= 7; second++) {
      for (Set<String> services :
          List.of(Set.of("checkout"), Set.of("payment"), Set.<String>of())) {
        List<String> expected = expected(taken, services, second);
        Scope limited = new Scope(tenant, Set.of("prod"), services.isEmpty() ? null : services);
        assertThat(shown(Scope.of(tenant), services, Set.of("prod"), second))
            .as("%s at %s", services, second)
            .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(shown(limited, Set.of(), Set.of(), second))
            .as("seen by who may see %s at %s", services, second)
            .containsExactlyInAnyOrderElementsOf(expected);
      }
      for (String uid : List.of("u1", "u2", "u3")) {
        assertThat(store().state(Scope.of(tenant), key(uid), at(second)).map(ResourceState::hash))
            .as("%s at %s", uid, second)
            .isEqualTo(latest(taken, uid, second).map(Step::hash));
      }
    }
  }

  private List<String> shown(
      Scope scope, Set<String> services, Set<String> environments, int second) {
    return store().states(scope, services, environments, at(second)).stream()
        .map(state -> state.key().key() + " " + state.target().service() + " " + state.state())
        .toList();
  }

  /** What is in production at that second. */
  private static List<String> expected(List<Step> taken, Set<String> services, int second) {
    return Stream.of("u1", "u2", "u3")
        .flatMap(uid -> latest(taken, uid, second).stream())
        .filter(step -> step.state() != null && step.environment().equals("prod"))
        .filter(step -> services.isEmpty() || services.contains(step.service()))
        .map(step -> key(step.uid()).key() + " " + step.service() + " " + step.state())
        .toList();
  }

  /** The last by time, of several at one time the last to come. */
  private static Optional<Step> latest(List<Step> taken, String uid, int second) {
    return taken.stream()
        .filter(step -> step.uid().equals(uid) && step.second() <= second)
        .reduce((one, next) -> next.second() >= one.second() ? next : one);
  }
}
