// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.step;

import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import io.changetrail.jenkins.capture.DeclaredChanges;
import io.changetrail.jenkins.run.RunReader;
import io.changetrail.jenkins.run.RunTrail;
import io.changetrail.model.AuditEvent;
import java.io.IOException;
import java.time.Instant;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** {@code auditConfigChange(key: 'payment.timeout', environment: 'prod', from: '2s', to: '5s')}. */
public class AuditConfigChangeStep extends AuditStep {
  private static final String NAME = "auditConfigChange";

  private final @Nullable String key;
  private @Nullable String service;
  private @Nullable String environment;
  private @Nullable String from;
  private @Nullable String to;
  private @Nullable String summary;

  @DataBoundConstructor
  public AuditConfigChangeStep(@Nullable String key) {
    this.key = Util.fixEmptyAndTrim(key);
  }

  public @Nullable String getKey() {
    return key;
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

  public @Nullable String getFrom() {
    return from;
  }

  @DataBoundSetter
  public void setFrom(@Nullable String value) {
    from = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getTo() {
    return to;
  }

  @DataBoundSetter
  public void setTo(@Nullable String value) {
    to = Util.fixEmptyAndTrim(value);
  }

  public @Nullable String getSummary() {
    return summary;
  }

  @DataBoundSetter
  public void setSummary(@Nullable String value) {
    summary = Util.fixEmptyAndTrim(value);
  }

  @Override
  public StepExecution start(StepContext context) {
    return once(context, NAME, this::happened);
  }

  private void happened(Run<?, ?> run, StepContext context)
      throws IOException, InterruptedException {
    DeclaredChanges.Told told =
        new DeclaredChanges.Told(
            key(context),
            Instant.now(),
            service,
            environment,
            stage(context),
            summary,
            getReason(),
            getTicket());
    AuditEvent event = DeclaredChanges.config(RunReader.read(run), told, key, from, to);
    RunTrail.record(run, facts -> event);
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
      return "Record a configuration change in Changetrail";
    }
  }
}
