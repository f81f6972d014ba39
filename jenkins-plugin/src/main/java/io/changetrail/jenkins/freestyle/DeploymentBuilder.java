// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.freestyle;

import hudson.EnvVars;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractProject;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.BuildStepMonitor;
import hudson.tasks.Builder;
import io.changetrail.jenkins.run.RunTrail;
import jenkins.tasks.SimpleBuildStep;
import org.jenkinsci.Symbol;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** From here on the build deploys; it ends with the post-build action, or else with the build. */
public class DeploymentBuilder extends Builder implements SimpleBuildStep {
  private final String service;
  private final String environment;
  private @Nullable String artifact;
  private @Nullable String version;

  @DataBoundConstructor
  public DeploymentBuilder(@Nullable String service, @Nullable String environment) {
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
            deployment -> RunTrail.started(run, deployment, env.get("TRACEPARENT")));
  }

  /** Offers it to every kind of job. */
  @Extension
  @Symbol("changetrailDeploymentStart")
  public static class DescriptorImpl extends BuildStepDescriptor<Builder> {
    @Override
    public String getDisplayName() {
      return "Changetrail: a deployment begins";
    }

    // As Jenkins declares it.
    @SuppressWarnings("rawtypes")
    @Override
    public boolean isApplicable(Class<? extends AbstractProject> jobType) {
      return true;
    }
  }
}
