// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.model.AbstractBuild;
import hudson.model.Cause;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.Result;
import hudson.model.Run;
import hudson.triggers.SCMTrigger;
import hudson.triggers.TimerTrigger;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.Checkout;
import io.changetrail.jenkins.capture.Checkouts;
import io.changetrail.jenkins.capture.Ending;
import io.changetrail.jenkins.capture.History;
import io.changetrail.jenkins.capture.Parameter;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.jenkins.capture.ScmVariables;
import io.changetrail.jenkins.capture.Trigger;
import io.changetrail.model.AuditEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import jenkins.model.CauseOfInterruption;
import jenkins.model.InterruptedBuildAction;
import org.jspecify.annotations.Nullable;

/** Reads off a run what its events say. */
public final class RunReader {
  private static final System.Logger LOG = System.getLogger(RunReader.class.getName());

  private RunReader() {}

  /** What is known of the run now. */
  public static RunFacts read(Run<?, ?> run) {
    return read(run, false);
  }

  /** As {@link #read(Run)}, of a run that is history. */
  public static RunFacts read(Run<?, ?> run, boolean backfilled) {
    List<Checkout> checkouts = new ArrayList<>();
    for (RunDetails details : RunDetails.all()) {
      List<Checkout> more = tell(details, each -> each.checkouts(run));
      checkouts.addAll(more == null ? List.of() : more);
    }
    List<Checkout> known = Checkouts.and(checkouts, told(run, backfilled));
    List<Parameter> parameters = parameters(run);
    return new RunFacts(
        ChangetrailConfiguration.controller(),
        RunTrail.job(run),
        run.getNumber(),
        Instant.ofEpochMilli(run.getStartTimeInMillis()),
        run.getUrl(),
        triggers(run.getCauses()),
        parameters,
        Checkouts.mainFirst(
            known.isEmpty() ? ScmVariables.of(parameters) : known,
            first(details -> details.revision(run))),
        first(details -> details.branch(run)),
        nodes(run, backfilled),
        first(details -> details.traceparent(run)),
        backfilled,
        ChangetrailConfiguration.get().placement(run.getParent()));
  }

  private static List<Checkout> told(Run<?, ?> run, boolean backfilled) {
    try {
      return ScmCheckouts.of(run, backfilled);
    } catch (RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.DEBUG, "a plugin does not tell of its part of a run", e);
      return List.of();
    }
  }

  private static List<History.Stage> stages(Run<?, ?> run) {
    return firstOf(details -> details.stages(run));
  }

  /**
   * All events of a run that is history, its artifacts before its end; but those that were recorded
   * while it ran.
   */
  public static List<AuditEvent> history(Run<?, ?> run) {
    RecordedEvents action = run.getAction(RecordedEvents.class);
    History.Recorded recorded = action == null ? History.Recorded.NOTHING : action.recorded();
    RunFacts facts = read(run, true);
    Ending ending = recorded.ending(facts, ending(run));
    return recorded.rest(
        facts,
        ending,
        History.of(
            facts,
            ending,
            stages(run),
            Fingerprints.ofHistory(run, facts, ending),
            ChangetrailConfiguration.get().deploymentRules()));
  }

  private static <T> List<T> firstOf(Function<RunDetails, List<T>> question) {
    List<T> known =
        first(
            details -> {
              List<T> some = question.apply(details);
              return some.isEmpty() ? null : some;
            });
    return known == null ? List.of() : known;
  }

  /** How the run ended. */
  public static Ending ending(Run<?, ?> run) {
    Result result = run.getResult();
    return new Ending(
        result == null ? null : result.toString(),
        Duration.ofMillis(Math.max(0, run.getDuration())),
        abortedBy(run));
  }

  private static @Nullable String abortedBy(Run<?, ?> run) {
    InterruptedBuildAction action = run.getAction(InterruptedBuildAction.class);
    if (action != null) {
      for (CauseOfInterruption cause : action.getCauses()) {
        if (cause instanceof CauseOfInterruption.UserInterruption user) {
          return user.getUserId();
        }
      }
    }
    return null;
  }

  private static <T> @Nullable T first(Function<RunDetails, @Nullable T> question) {
    return RunDetails.all().stream()
        .map(details -> tell(details, question))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** What another plugin does wrong costs its part of the event, not the event. */
  private static <T> @Nullable T tell(
      RunDetails details, Function<RunDetails, @Nullable T> question) {
    try {
      return question.apply(details);
    } catch (RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.DEBUG, "a plugin does not tell of its part of a run", e);
      return null;
    }
  }

  static List<Trigger> triggers(List<Cause> causes) {
    return causes.stream().map(RunReader::trigger).toList();
  }

  private static Trigger trigger(Cause cause) {
    String name = cause.getClass().getName();
    if (name.equals("com.sonyericsson.rebuild.RebuildCause")) {
      return Trigger.of(Trigger.Kind.REBUILD);
    }
    if (name.equals("org.jenkinsci.plugins.workflow.cps.replay.ReplayCause")) {
      return Trigger.of(Trigger.Kind.REPLAY);
    }
    if (cause instanceof Cause.UserIdCause user) {
      return Trigger.user(user.getUserId(), user.getUserName());
    }
    if (cause instanceof Cause.UpstreamCause upstream) {
      Run<?, ?> run = upstream.getUpstreamRun();
      return Trigger.upstream(
          new Trigger.Upstream(
              run == null ? upstream.getUpstreamProject() : RunTrail.job(run),
              upstream.getUpstreamBuild(),
              run == null ? null : Instant.ofEpochMilli(run.getStartTimeInMillis()),
              triggers(upstream.getUpstreamCauses())));
    }
    if (cause instanceof TimerTrigger.TimerTriggerCause) {
      return Trigger.of(Trigger.Kind.TIMER);
    }
    if (cause instanceof Cause.RemoteCause) {
      return Trigger.of(Trigger.Kind.REMOTE);
    }
    // Each hosting service has a plugin with a cause of its own.
    boolean push =
        cause instanceof SCMTrigger.SCMTriggerCause
            || name.startsWith("jenkins.branch.Branch")
            || name.contains("Push")
            || name.contains("WebHook");
    return Trigger.of(push ? Trigger.Kind.SCM : Trigger.Kind.OTHER);
  }

  private static List<Parameter> parameters(Run<?, ?> run) {
    List<Parameter> parameters = new ArrayList<>();
    for (ParametersAction action : run.getActions(ParametersAction.class)) {
      for (ParameterValue each : action.getParameters()) {
        boolean sensitive = each.isSensitive();
        Object value = sensitive ? null : each.getValue();
        parameters.add(
            new Parameter(each.getName(), value == null ? null : value.toString(), sensitive));
      }
    }
    return parameters;
  }

  private static List<String> nodes(Run<?, ?> run, boolean backfilled) {
    if (run instanceof AbstractBuild<?, ?> build) {
      String node = build.getBuiltOnStr();
      return node == null ? List.of() : List.of(RunFacts.node(node));
    }
    RecordedEvents recorded = run.getAction(RecordedEvents.class);
    if (recorded == null || backfilled) {
      return backfilled ? firstOf(details -> details.nodes(run)) : List.of();
    }
    return recorded.nodes();
  }
}
