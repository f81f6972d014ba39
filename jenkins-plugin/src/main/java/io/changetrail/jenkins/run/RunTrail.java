// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.model.Run;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.Deployed;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.capture.DeploymentEvents;
import io.changetrail.jenkins.capture.Placement;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import jenkins.util.Timer;
import org.jspecify.annotations.Nullable;

/** What a run does while it runs, on its way to the trail. Nothing here throws into the run. */
public final class RunTrail {
  private static final System.Logger LOG = System.getLogger(RunTrail.class.getName());

  /** So long after its end a run may still be telling of it. */
  private static final Duration ENDING = Duration.ofMinutes(1);

  private RunTrail() {}

  /** Whether anything of this run is captured. */
  public static boolean captures(Run<?, ?> run) {
    return ChangetrailConfiguration.get().captures(run.getParent());
  }

  /** What the folders around its job say. */
  public static Placement placement(Run<?, ?> run) {
    return ChangetrailConfiguration.get().placement(run.getParent());
  }

  /**
   * Records an event of the run.
   *
   * @param event made from what is known of the run
   */
  public static void record(Run<?, ?> run, Function<RunFacts, AuditEvent> event) {
    ChangetrailConfiguration.get()
        .trail(run.getParent())
        .record(
            () -> {
              AuditEvent made = event.apply(RunReader.read(run));
              RecordedEvents.of(run).add(made);
              return made;
            });
  }

  /**
   * Whether all of it is recorded: captured while it ran, from its beginning to its end, or read
   * from history before. Of one that ends just now the end may be on its way.
   *
   * @param now when that is asked
   */
  public static boolean isRecorded(Run<?, ?> run, Instant now) {
    RecordedEvents recorded = run.getAction(RecordedEvents.class);
    Instant started = Instant.ofEpochMilli(run.getStartTimeInMillis());
    return recorded != null
        && (recorded.isWhole(run.getNumber(), started)
            || started.plusMillis(run.getDuration()).isAfter(now.minus(ENDING)));
  }

  /**
   * Records all of a run that is history, or what is left of it. It is noted with the run, so that
   * it is never read again: if its job had another name then, it would be another run to the
   * server.
   */
  public static void recordHistory(Run<?, ?> run, List<AuditEvent> events) {
    RecordedEvents recorded = RecordedEvents.of(run);
    for (AuditEvent each : events) {
      ChangetrailConfiguration.get().trail(run.getParent()).record(() -> each);
      recorded.add(each);
    }
    recorded.open().forEach(recorded::closed);
    save(run);
  }

  /** The full name that its job had when the run was first told of, whatever it is now. */
  static String job(Run<?, ?> run) {
    RecordedEvents recorded = run.getAction(RecordedEvents.class);
    String known = recorded == null ? null : recorded.job();
    return known == null ? run.getParent().getFullName() : known;
  }

  /**
   * A deployment begins; what was detected already is not told again.
   *
   * @return the deployment to end
   */
  public static Deployment started(
      Run<?, ?> run, Deployment deployment, @Nullable String traceparent) {
    Optional<Deployment> detected = RecordedEvents.of(run).adopted(deployment);
    if (detected.isPresent()) {
      saveSoon(run);
      return detected.get();
    }
    RecordedEvents.of(run).opened(deployment);
    record(run, facts -> DeploymentEvents.started(of(facts, deployment, traceparent), deployment));
    saveSoon(run);
    return deployment;
  }

  /** What is open must survive, but a build need not wait for its file. */
  static void saveSoon(Run<?, ?> run) {
    Timer.get().execute(() -> save(run));
  }

  /** A deployment has happened as a whole; if it was seen to begin, this is its end. */
  public static void happened(
      Run<?, ?> run, Deployment deployment, Outcome outcome, @Nullable String traceparent) {
    Optional<Deployment> begun =
        open(run, deployment).or(() -> RecordedEvents.of(run).adopted(deployment));
    if (begun.isPresent()) {
      finished(run, begun.get(), outcome, traceparent);
    } else {
      record(
          run,
          facts ->
              DeploymentEvents.happened(
                  deployed(of(facts, deployment, traceparent), deployment, outcome),
                  deployment,
                  outcome));
    }
  }

  /** A deployment that has begun has ended. */
  public static void finished(
      Run<?, ?> run, Deployment deployment, Outcome outcome, @Nullable String traceparent) {
    Instant now = Instant.now();
    RecordedEvents.of(run).closed(deployment);
    record(
        run,
        facts ->
            DeploymentEvents.finished(
                deployed(of(facts, deployment, traceparent), deployment, outcome),
                deployment,
                now,
                outcome));
  }

  private static RunFacts deployed(RunFacts facts, Deployment deployment, Outcome outcome) {
    if (outcome == Outcome.SUCCESS) {
      lastDeployed().put(facts, deployment);
    }
    return facts;
  }

  /** A deployment has reached a share; within a block it is a step of that block's deployment. */
  public static void progressed(
      Run<?, ?> run, Deployment deployment, double percentage, @Nullable String traceparent) {
    Instant now = Instant.now();
    Optional<Deployment> begun = open(run, deployment);
    record(
        run,
        facts -> {
          RunFacts known = of(facts, deployment, traceparent);
          return begun.isPresent()
              ? DeploymentEvents.progressed(known, begun.get(), now, percentage)
              : DeploymentEvents.reached(known, deployment, percentage);
        });
  }

  /** Ends whatever is still open: a run that ends leaves no deployment without an outcome. */
  static void close(Run<?, ?> run, Outcome outcome) {
    RecordedEvents recorded = run.getAction(RecordedEvents.class);
    if (recorded != null) {
      recorded.open().forEach(each -> finished(run, each, outcome, null));
    }
  }

  /** Whether this deployment, or one of the same services there, is open. */
  public static Optional<Deployment> open(Run<?, ?> run, Deployment like) {
    RecordedEvents recorded = run.getAction(RecordedEvents.class);
    return recorded == null
        ? Optional.empty()
        : recorded.open().stream().filter(like::isLike).findFirst();
  }

  /** The one with this key, if it is open. */
  static Optional<Deployment> open(Run<?, ?> run, String key) {
    RecordedEvents recorded = run.getAction(RecordedEvents.class);
    return recorded == null
        ? Optional.empty()
        : recorded.open().stream().filter(each -> each.key().equals(key)).findFirst();
  }

  /** The facts with the range of commits since the last successful deployment there. */
  private static RunFacts of(RunFacts facts, Deployment deployment, @Nullable String traceparent) {
    RunFacts traced = traceparent == null ? facts : facts.withTraceparent(traceparent);
    if (traced.checkouts().isEmpty()) {
      return traced;
    }
    return traced.withCheckouts(
        Deployed.since(traced.checkouts(), lastDeployed().before(traced, deployment)));
  }

  private static LastDeployed lastDeployed() {
    return new LastDeployed(ChangetrailConfiguration.get().trail().deployed());
  }

  private static void save(Run<?, ?> run) {
    try {
      run.save();
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be saved: {1}", run, e.toString());
    }
  }
}
