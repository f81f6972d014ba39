// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.step;

import hudson.EnvVars;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.changetrail.jenkins.run.RunTrail;
import java.io.IOException;
import java.util.Set;
import org.jenkinsci.plugins.workflow.actions.LabelAction;
import org.jenkinsci.plugins.workflow.actions.ThreadNameAction;
import org.jenkinsci.plugins.workflow.graph.BlockStartNode;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.DataBoundSetter;

/** What the steps have in common: why it is done, where they stand, and that none fails a run. */
public abstract class AuditStep extends Step {
  private @Nullable String reason;
  private @Nullable String ticket;

  public @Nullable String getReason() {
    return reason;
  }

  @DataBoundSetter
  public void setReason(@Nullable String value) {
    reason = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getTicket() {
    return ticket;
  }

  @DataBoundSetter
  public void setTicket(@Nullable String value) {
    ticket = Util.fixEmptyAndTrim(value);
  }

  /** What a step does; complaints are for whoever wrote the Pipeline. */
  @FunctionalInterface
  interface Work {
    void on(Run<?, ?> run) throws IOException, InterruptedException;
  }

  /** Does it if the run is captured; what is wrong stands in the log of the run. */
  static void quietly(StepContext context, String step, Work work)
      throws IOException, InterruptedException {
    Run<?, ?> run = context.get(Run.class);
    if (run == null || !RunTrail.captures(run)) {
      return;
    }
    try {
      work.on(run);
    } catch (IllegalArgumentException e) {
      tell(context, step + ": nothing is recorded. " + e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      tell(context, step + ": nothing is recorded, for a fault of the plugin: " + e.getClass());
    }
  }

  static void tell(StepContext context, String message) throws IOException, InterruptedException {
    TaskListener listener = context.get(TaskListener.class);
    if (listener != null) {
      listener.getLogger().println("[changetrail] " + message);
    }
  }

  /** The name of the stage that the step is in. */
  static @Nullable String stage(StepContext context) throws IOException, InterruptedException {
    FlowNode node = context.get(FlowNode.class);
    if (node != null) {
      for (BlockStartNode block : node.getEnclosingBlocks()) {
        LabelAction label = block.getAction(LabelAction.class);
        if (label != null && !(label instanceof ThreadNameAction)) {
          return label.getDisplayName();
        }
      }
    }
    return null;
  }

  /** What tells this step from others of the run, over restarts too. */
  static String key(StepContext context) throws IOException, InterruptedException {
    FlowNode node = context.get(FlowNode.class);
    return node == null ? "step" : "step-" + node.getId();
  }

  /** The span that the step is in, where a tracer says it. */
  static @Nullable String traceparent(StepContext context)
      throws IOException, InterruptedException {
    EnvVars variables = context.get(EnvVars.class);
    return variables == null ? null : variables.get("TRACEPARENT");
  }

  /** A step that does all in one go, in a thread that may take its time. */
  @FunctionalInterface
  interface Once {
    void on(Run<?, ?> run, StepContext context) throws IOException, InterruptedException;
  }

  /** The execution of a step without a block. */
  static StepExecution once(StepContext context, String step, Once work) {
    return new OnceExecution(context, step, work);
  }

  /** Of all steps here. */
  abstract static class AuditStepDescriptor extends StepDescriptor {
    @Override
    public Set<? extends Class<?>> getRequiredContext() {
      return Set.of(Run.class, TaskListener.class);
    }
  }
}
