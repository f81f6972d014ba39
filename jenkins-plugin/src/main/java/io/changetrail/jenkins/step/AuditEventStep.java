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

/**
 * {@code auditEvent(kind: 'schema', environment: 'prod', summary: 'orders: index on customer')}.
 */
public class AuditEventStep extends AuditStep {
  private static final String NAME = "auditEvent";

  private final @Nullable String kind;
  private @Nullable String service;
  private @Nullable String environment;
  private @Nullable String action;
  private @Nullable String summary;

  @DataBoundConstructor
  public AuditEventStep(@Nullable String kind) {
    this.kind = Util.fixEmptyAndTrim(kind);
  }

  public @Nullable String getKind() {
    return kind;
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

  public @Nullable String getAction() {
    return action;
  }

  @DataBoundSetter
  public void setAction(@Nullable String value) {
    action = Util.fixEmptyAndTrim(value);
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
    AuditEvent event = DeclaredChanges.event(RunReader.read(run), told, kind, action);
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
      return "Record any other change in Changetrail";
    }
  }
}
