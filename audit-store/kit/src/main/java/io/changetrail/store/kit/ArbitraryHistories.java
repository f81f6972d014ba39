// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/**
 * Short histories from few names, so that events conflict, amend each other (in circles too), refer
 * to each other and change the same resources.
 */
final class ArbitraryHistories {
  static final List<String> SERVICES = List.of("checkout", "payment");
  static final List<String> ENVIRONMENTS = List.of("prod", "dev");
  static final List<String> UIDS = List.of("u1", "u2");

  private ArbitraryHistories() {}

  /** Up to ten events. */
  static Arbitrary<List<AuditEvent>> histories() {
    return events().list().ofMinSize(1).ofMaxSize(10);
  }

  static Arbitrary<EventRef> refs() {
    return Arbitraries.of("e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8")
        .map(id -> new EventRef(Samples.KUBERNETES, id));
  }

  private static Arbitrary<AuditEvent> events() {
    Arbitrary<AuditEvent> whole =
        Combinators.combine(
                refs(), Arbitraries.integers().between(0, 9), people(), subjects(), words())
            .as(ArbitraryHistories::event);
    return Combinators.combine(
            whole,
            refs().injectNull(0.6),
            refs().list().ofMaxSize(2),
            refs().injectNull(0.8),
            words().injectNull(0.5))
        .as(ArbitraryHistories::related);
  }

  private static Arbitrary<Actor> people() {
    return Arbitraries.of(
        Samples.ALICE,
        Actor.unknown(),
        new Actor("bob", "Robert Brown", Actor.Kind.USER, "kubectl", Actor.Evidence.AUDIT_LOG));
  }

  private static Arbitrary<String> words() {
    return Arbitraries.of("faster", "cheaper", "safer");
  }

  /**
   * What an event is about.
   *
   * @param after {@code null} with a resource: it is deleted
   */
  private record Subject(List<Target> targets, @Nullable String after) {}

  private static Arbitrary<Subject> subjects() {
    Arbitrary<Target> targets =
        Combinators.combine(Arbitraries.of(SERVICES), Arbitraries.of(ENVIRONMENTS))
            .as(Target::service);
    Arbitrary<Subject> several =
        targets.list().ofMaxSize(3).map(list -> new Subject(List.copyOf(list), null));
    Arbitrary<Subject> resources =
        Combinators.combine(
                targets,
                Arbitraries.of(UIDS),
                Arbitraries.of("{\"replicas\":3}", "{\"replicas\":5}").injectNull(0.3))
            .as(
                (target, uid, after) ->
                    new Subject(
                        List.of(target.withResource(new Resource("ConfigMap", "settings", uid))),
                        after));
    return Arbitraries.oneOf(several, resources);
  }

  private static AuditEvent event(
      EventRef ref, int second, Actor actor, Subject subject, String word) {
    List<Target> targets = subject.targets();
    boolean config = targets.size() == 1 && targets.get(0).resource() != null;
    String after = subject.after();
    Change.Builder change =
        config
            ? Change.of(ChangeKind.CONFIG, Phase.OCCURRED, after == null ? "delete" : "update")
                .state(
                    after == null
                        ? StructuralDiff.between(Samples.json("{}"), null)
                        : StructuralDiff.between(null, Samples.json(after)))
            : targets.isEmpty()
                ? Change.of(ChangeKind.CODE, Phase.OCCURRED, "merge")
                : Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                    .outcome(Outcome.SUCCESS);
    return AuditEvent.builder(ref, Samples.START.plusSeconds(second), actor, change.build())
        .targets(targets)
        .attribute("acme.word", TextNode.valueOf(word))
        .build();
  }

  private static AuditEvent related(
      AuditEvent event,
      @Nullable EventRef amends,
      List<EventRef> causes,
      @Nullable EventRef rollbackOf,
      @Nullable String word) {
    boolean amendment = amends != null && !amends.equals(event.ref());
    Change.Builder change = event.change().toBuilder().rollbackOf(rollbackOf);
    if (word != null) {
      change.ticket("OPS-" + word).reason("make it " + word);
    }
    if (amendment) {
      change.state(StateChange.none());
    }
    return event.toBuilder()
        .amends(amendment ? amends : null)
        .change(change.build())
        .links(new Links(null, null, causes, Map.of()))
        .provenance(
            word == null
                ? Provenance.none()
                : new Provenance(
                    new Provenance.Vcs(
                        "acme/shop", Samples.REVISION, "main", "alice", "Be " + word, null, null),
                    null,
                    List.of(new Provenance.Artifact(null, "sha256:" + word, null))))
        .build();
  }
}
