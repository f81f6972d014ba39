// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The two events of a run, whatever it runs: it began, and it ended. */
public final class RunEvents {
  private RunEvents() {}

  /** The event of its beginning. */
  public static AuditEvent started(RunFacts run) {
    Change change = change(run, Phase.STARTED, "started").build();
    return event(run, startedRef(run), run.started(), Actors.of(run), change).build();
  }

  /** The event of its end. */
  public static AuditEvent finished(RunFacts run, Ending ending) {
    Outcome outcome = ending.outcome();
    Change change = change(run, Phase.FINISHED, outcome.wireName()).outcome(outcome).build();
    Actor actor = Actors.of(run);
    // Whoever interrupted a part of a run that went on did not end it.
    String abortedBy = outcome == Outcome.ABORTED ? ending.abortedBy() : null;
    Actor stopper = abortedBy == null ? actor : Actors.account(abortedBy, null);
    AuditEvent.Builder event =
        event(
            run,
            run.controller().ref("run-" + run.key() + "-finished"),
            run.started().plus(ending.duration()),
            stopper,
            change);
    if (!stopper.id().equals(actor.id())) {
      event.onBehalfOf(actor);
    }
    if (ending.result() != null) {
      event.attribute("cicd.pipeline.result", TextNode.valueOf(ending.result()));
    }
    return event
        .attribute(
            "cicd.pipeline.run.duration", DoubleNode.valueOf(ending.duration().toMillis() / 1000.0))
        .build();
  }

  /** What names the event of a run's beginning. */
  public static EventRef startedRef(RunFacts run) {
    return run.controller().ref("run-" + run.key() + "-started");
  }

  private static Change.Builder change(RunFacts run, Phase phase, String how) {
    return Change.of(ChangeKind.BUILD, phase, "run")
        .id("run-" + run.key())
        .summary(Text.required(run.job(), 1000) + " #" + run.number() + " " + how)
        .backfilled(run.backfilled());
  }

  private static AuditEvent.Builder event(
      RunFacts run, EventRef ref, Instant time, Actor actor, Change change) {
    List<EventRef> causes = new ArrayList<>();
    if (change.phase() != Phase.STARTED) {
      causes.add(startedRef(run));
    }
    causes.addAll(upstream(run));
    AuditEvent.Builder event =
        AuditEvent.builder(ref, time, actor, change)
            .onBehalfOf(Actors.author(run, actor))
            .provenance(Description.provenance(run, null, List.of()))
            .links(Description.links(run, causes));
    String service = Description.service(run);
    if (service != null) {
      event.target(new Target(service, null, null, null, null, null));
    }
    Description.describe(run, event);
    return event;
  }

  /** The beginnings of the runs that started this one. */
  private static List<EventRef> upstream(RunFacts run) {
    List<EventRef> refs = new ArrayList<>();
    for (Trigger trigger : run.triggers()) {
      Trigger.Upstream upstream = trigger.upstream();
      if (upstream != null && upstream.started() != null) {
        String key = RunFacts.key(upstream.job(), upstream.number(), upstream.started());
        refs.add(run.controller().ref("run-" + key + "-started"));
      }
    }
    return refs.stream().distinct().limit(16).toList();
  }
}
