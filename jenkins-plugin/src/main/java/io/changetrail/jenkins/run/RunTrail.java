// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.model.Run;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.Checkout;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.capture.DeploymentEvents;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import jenkins.util.Timer;
import org.jspecify.annotations.Nullable;

/** What a run does while it runs, on its way to the trail. Nothing here throws into the run. */
public final class RunTrail {
  private static final System.Logger LOG = System.getLogger(RunTrail.class.getName());
  private static final int MOST_REMEMBERED = 20_000;
  private static final int FARTHEST_BACK = 20;

  /** What was deployed last with success, so that no old run has to be read for it. */
  private static final Map<String, String> DEPLOYED = new ConcurrentHashMap<>();

  private RunTrail() {}

  /** Whether anything of this run is captured. */
  public static boolean captures(Run<?, ?> run) {
    return ChangetrailConfiguration.get().captures(run.getParent().getFullName());
  }

  /**
   * Records an event of the run.
   *
   * @param event made from what is known of the run
   */
  public static void record(Run<?, ?> run, Function<RunFacts, AuditEvent> event) {
    ChangetrailConfiguration.get()
        .trail()
        .record(
            () -> {
              AuditEvent made = event.apply(RunReader.read(run));
              RecordedEvents.of(run).add(made);
              return made;
            });
  }

  /** A deployment begins. */
  public static void started(Run<?, ?> run, Deployment deployment, @Nullable String traceparent) {
    RecordedEvents.of(run).opened(deployment);
    record(run, facts -> DeploymentEvents.started(of(facts, run, deployment, traceparent), deployment));
    // Not here: what is open must survive, but a build need not wait for its file.
    Timer.get().execute(() -> save(run));
  }

  /** A deployment has ended, or happened as a whole. */
  public static void finished(
      Run<?, ?> run, Deployment deployment, Outcome outcome, @Nullable String traceparent) {
    Instant now = Instant.now();
    RecordedEvents.of(run).closed(deployment);
    record(
        run,
        facts -> {
          RunFacts known = of(facts, run, deployment, traceparent);
          if (outcome == Outcome.SUCCESS) {
            remember(known, deployment);
          }
          return DeploymentEvents.finished(known, deployment, now, outcome);
        });
  }

  /** A deployment has reached a share. */
  public static void progressed(
      Run<?, ?> run, Deployment deployment, double percentage, @Nullable String traceparent) {
    Instant now = Instant.now();
    record(
        run,
        facts ->
            DeploymentEvents.progressed(
                of(facts, run, deployment, traceparent), deployment, now, percentage));
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
        : recorded.open().stream()
            .filter(each -> each.environment().equals(like.environment()))
            .filter(each -> each.services().equals(like.services()))
            .findFirst();
  }

  /** The one with this key, if it is open. */
  static Optional<Deployment> open(Run<?, ?> run, String key) {
    RecordedEvents recorded = run.getAction(RecordedEvents.class);
    return recorded == null
        ? Optional.empty()
        : recorded.open().stream().filter(each -> each.key().equals(key)).findFirst();
  }

  /** The facts with the range of commits since the last successful deployment there. */
  private static RunFacts of(
      RunFacts facts, Run<?, ?> run, Deployment deployment, @Nullable String traceparent) {
    RunFacts traced = traceparent == null ? facts : facts.withTraceparent(traceparent);
    if (traced.checkouts().isEmpty()) {
      return traced;
    }
    String before = DEPLOYED.computeIfAbsent(place(traced, deployment), key -> find(run, deployment));
    List<Checkout> checkouts = new ArrayList<>(traced.checkouts());
    checkouts.set(0, checkouts.get(0).since(before.isEmpty() ? null : before));
    return traced.withCheckouts(checkouts);
  }

  private static String find(Run<?, ?> run, Deployment deployment) {
    Run<?, ?> before = run.getPreviousBuild();
    for (int i = 0; i < FARTHEST_BACK && before != null; i++) {
      RecordedEvents recorded = before.getAction(RecordedEvents.class);
      Optional<String> revision =
          recorded == null ? Optional.empty() : recorded.deployed(deployment);
      if (revision.isPresent()) {
        return revision.get();
      }
      before = before.getPreviousBuild();
    }
    return "";
  }

  private static void remember(RunFacts facts, Deployment deployment) {
    String revision = facts.checkouts().isEmpty() ? null : facts.checkouts().get(0).revision();
    if (revision != null) {
      if (DEPLOYED.size() > MOST_REMEMBERED) {
        DEPLOYED.clear();
      }
      DEPLOYED.put(place(facts, deployment), revision);
    }
  }

  private static String place(RunFacts facts, Deployment deployment) {
    return String.join("\n", facts.job(), deployment.environment(), deployment.services().toString());
  }

  private static void save(Run<?, ?> run) {
    try {
      run.save();
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be saved: {1}", run, e.toString());
    }
  }
}
