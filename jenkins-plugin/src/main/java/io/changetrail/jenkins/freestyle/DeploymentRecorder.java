// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.freestyle;

import hudson.EnvVars;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractProject;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.BuildStepMonitor;
import hudson.tasks.Publisher;
import hudson.tasks.Recorder;
import io.changetrail.jenkins.capture.Ending;
import io.changetrail.jenkins.run.RunTrail;
import io.changetrail.model.Outcome;
import java.time.Duration;
import jenkins.tasks.SimpleBuildStep;
import org.jenkinsci.Symbol;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** The build has deployed, as well as its result says. */
// Jenkins' own descriptor of recorders is raw.
@SuppressWarnings("unchecked")
public class DeploymentRecorder extends Recorder implements SimpleBuildStep {
  private final String service;
  private final String environment;
  private @Nullable String artifact;
  private @Nullable String version;

  @DataBoundConstructor
  public DeploymentRecorder(@Nullable String service, @Nullable String environment) {
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

  @Override
  public boolean requiresWorkspace() {
    return false;
  }

  @Override
  public BuildStepMonitor getRequiredMonitorService() {
    return BuildStepMonitor.NONE;
  }

  @Override
  public void perform(Run<?, ?> run, EnvVars env, TaskListener listener) {
    new DeclaredDeployment(service, environment, artifact, version)
        .quietly(
            run,
            env,
            listener,
            deployment -> {
              Outcome outcome = outcome(run);
              if (outcome == Outcome.SUCCESS || RunTrail.open(run, deployment).isPresent()) {
                RunTrail.happened(run, deployment, outcome, env.get("TRACEPARENT"));
              } else {
                listener
                    .getLogger()
                    .println(
                        "[changetrail] nothing is recorded: the build failed, and no deployment"
                            + " had begun. Add the build step 'a deployment begins' before it.");
              }
            });
  }

  /** A build without a result so far goes well. */
  private static Outcome outcome(Run<?, ?> run) {
    Result result = run.getResult();
    return new Ending(result == null ? "SUCCESS" : result.toString(), Duration.ZERO, null)
        .deployment();
  }

  /** Offers it to every kind of job. */
  @Extension
  @Symbol("changetrailDeployment")
  public static class DescriptorImpl extends BuildStepDescriptor<Publisher> {
    @Override
    public String getDisplayName() {
      return "Changetrail: record a deployment";
    }

    // As Jenkins declares it.
    @SuppressWarnings("rawtypes")
    @Override
    public boolean isApplicable(Class<? extends AbstractProject> jobType) {
      return true;
    }
  }
}
