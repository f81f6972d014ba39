// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import io.changetrail.jenkins.capture.DeploymentRule;
import io.changetrail.jenkins.capture.JobPatterns;
import org.jenkinsci.Symbol;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** One rule by which deployments are detected, as it is configured. */
public class DeploymentRuleSetting extends AbstractDescribableImpl<DeploymentRuleSetting> {
  private final @Nullable String jobs;
  private @Nullable String stages;
  private @Nullable String service;
  private @Nullable String environment;
  private @Nullable String version;

  /** A rule for these jobs; see {@link JobPatterns}. */
  @DataBoundConstructor
  public DeploymentRuleSetting(@Nullable String jobs) {
    this.jobs = Util.fixEmptyAndTrim(jobs);
  }

  public @Nullable String getJobs() {
    return jobs;
  }

  public @Nullable String getStages() {
    return stages;
  }

  @DataBoundSetter
  public void setStages(@Nullable String value) {
    stages = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getService() {
    return service;
  }

  @DataBoundSetter
  public void setService(@Nullable String value) {
    service = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getEnvironment() {
    return environment;
  }

  @DataBoundSetter
  public void setEnvironment(@Nullable String value) {
    environment = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getVersion() {
    return version;
  }

  @DataBoundSetter
  public void setVersion(@Nullable String value) {
    version = Util.fixEmptyAndTrim(value);
  }

  DeploymentRule rule() {
    return new DeploymentRule(
        JobPatterns.of(jobs, null),
        stages == null ? null : JobPatterns.of(stages, null),
        service,
        environment,
        version);
  }

  /** Puts it into forms. */
  @Extension
  @Symbol("changetrailDeploymentRule")
  public static class DescriptorImpl extends Descriptor<DeploymentRuleSetting> {
    @Override
    public String getDisplayName() {
      return "Rule";
    }
  }
}
