// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.step;

import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.capture.Placement;
import io.changetrail.jenkins.run.OpenDeployment;
import io.changetrail.jenkins.run.RunTrail;
import io.changetrail.jenkins.run.StageCapture;
import io.changetrail.model.Outcome;
import java.io.IOException;
import java.time.Instant;
import org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * {@code auditDeployment(service: 'checkout', environment: 'prod') { … }} records the start of a
 * deployment and its end; without a block it records one that has happened.
 */
public class AuditDeploymentStep extends AuditStep {
  private static final String NAME = "auditDeployment";

  private final String service;
  private final String environment;
  private @Nullable String artifact;
  private @Nullable String version;
  private @Nullable String action;
  private @Nullable Double percentage;

  /**
   * A deployment.
   *
   * @param service one, or several separated by commas
   */
  @DataBoundConstructor
  public AuditDeploymentStep(@Nullable String service, @Nullable String environment) {
    this.service = service == null ? "" : service;
    this.environment = environment == null ? "" : environment;
  }

  public String getService() {
    return service;
  }

  public String getEnvironment() {
    return environment;
  }

  public @Nullable String getArtifact() {
    return artifact;
  }

  @DataBoundSetter
  public void setArtifact(@Nullable String value) {
    artifact = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getVersion() {
    return version;
  }

  @DataBoundSetter
  public void setVersion(@Nullable String value) {
    version = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getAction() {
    return action;
  }

  @DataBoundSetter
  public void setAction(@Nullable String value) {
    action = Util.fixEmptyAndTrim(value);
  }

  public @Nullable Double getPercentage() {
    return percentage;
  }

  /** For a step on the way to everybody: how much of it is reached now. */
  @DataBoundSetter
  public void setPercentage(@Nullable Double value) {
    percentage = value;
  }

  private Deployment deployment(Run<?, ?> run, StepContext context)
      throws IOException, InterruptedException {
    Placement placement = RunTrail.placement(run);
    return new Deployment(
        key(context),
        Deployment.names(placement.service(service)),
        placement.environment(environment),
        artifact,
        version,
        stage(context),
        action == null ? "deploy" : action,
        getReason(),
        getTicket(),
        Instant.now(),
        true);
  }

  @Override
  public StepExecution start(StepContext context) {
    return context.hasBody() ? new Block(context, this) : once(context, NAME, this::happened);
  }

  private void happened(Run<?, ?> run, StepContext context)
      throws IOException, InterruptedException {
    Deployment deployment = deployment(run, context);
    Double share = percentage;
    if (share == null) {
      RunTrail.happened(run, deployment, Outcome.SUCCESS, traceparent(context));
    } else if (share >= 0 && share <= 100) {
      RunTrail.progressed(run, deployment, share, traceparent(context));
    } else {
      throw new IllegalArgumentException("percentage must be from 0 to 100, not " + share);
    }
  }

  /** Runs the block, and tells how it ended. */
  private static final class Block extends StepExecution {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable AuditDeploymentStep step;

    Block(StepContext context, AuditDeploymentStep step) {
      super(context);
      this.step = step;
    }

    // The end of the body comes to the callback.
    @SuppressWarnings("FutureReturnValueIgnored")
    @Override
    public boolean start() throws Exception {
      AuditDeploymentStep declared = step;
      OpenDeployment[] open = new OpenDeployment[1];
      if (declared != null) {
        quietly(
            getContext(),
            NAME,
            run -> {
              Deployment deployment = declared.deployment(run, getContext());
              open[0] =
                  new OpenDeployment(RunTrail.started(run, deployment, traceparent(getContext())));
            });
      }
      getContext().newBodyInvoker().withCallback(new Closing(open[0])).start();
      return false;
    }
  }

  /** Kept with the state of the Pipeline, so it is there after a restart in the midst of it. */
  private static final class Closing extends BodyExecutionCallback {
    private static final long serialVersionUID = 1L;

    private final @Nullable OpenDeployment open;

    Closing(@Nullable OpenDeployment open) {
      this.open = open;
    }

    @Override
    public void onSuccess(StepContext context, @Nullable Object result) {
      try {
        close(context, Outcome.SUCCESS);
      } finally {
        context.onSuccess(result);
      }
    }

    @Override
    public void onFailure(StepContext context, Throwable failure) {
      try {
        close(context, StageCapture.outcome(failure));
      } finally {
        context.onFailure(failure);
      }
    }

    private void close(StepContext context, Outcome outcome) {
      OpenDeployment begun = open;
      if (begun == null) {
        return;
      }
      try {
        quietly(
            context,
            NAME,
            run -> RunTrail.finished(run, begun.deployment(), outcome, traceparent(context)));
      } catch (IOException | RuntimeException e) {
        // The end of the run closes it.
        System.getLogger(NAME).log(System.Logger.Level.WARNING, "not closed: {0}", e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Names the step. */
  @Extension(optional = true)
  public static class DescriptorImpl extends AuditStepDescriptor {
    @Override
    public String getFunctionName() {
      return NAME;
    }

    @Override
    public String getDisplayName() {
      return "Record a deployment in Changetrail";
    }

    @Override
    public boolean takesImplicitBlockArgument() {
      return true;
    }
  }
}
