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
import io.changetrail.jenkins.capture.ArtifactEvents;
import io.changetrail.jenkins.run.RunReader;
import io.changetrail.jenkins.run.RunTrail;
import io.changetrail.model.AuditEvent;
import java.time.Instant;
import jenkins.tasks.SimpleBuildStep;
import org.jenkinsci.Symbol;
import org.jspecify.annotations.Nullable;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * The build has published an artifact: a post-build action, and in Pipelines {@code auditArtifact
 * artifact: 'ghcr.io/acme/checkout@sha256:…'}.
 */
// Jenkins' own descriptor of recorders is raw.
@SuppressWarnings("unchecked")
public class ArtifactRecorder extends Recorder implements SimpleBuildStep {
  private final String artifact;
  private @Nullable String version;

  @DataBoundConstructor
  public ArtifactRecorder(@Nullable String artifact) {
    this.artifact = artifact == null ? "" : artifact;
  }

  public String getArtifact() {
    return artifact;
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
    Result result = run.getResult();
    if (result != null && !result.isBetterOrEqualTo(Result.UNSTABLE)) {
      return;
    }
    Declared.quietly(
        run,
        listener,
        () -> {
          String published = env.expand(artifact);
          AuditEvent event =
              ArtifactEvents.declared(
                  RunReader.read(run),
                  Instant.now(),
                  null,
                  published,
                  version == null ? null : env.expand(version));
          RunTrail.record(run, facts -> event);
          if (!ArtifactEvents.hasDigest(published)) {
            listener
                .getLogger()
                .println(
                    "[changetrail] the artifact names no digest, as in name@sha256:…, so nothing"
                        + " that runs can be told to be this one");
          }
        });
  }

  /** Offers it to every kind of job. */
  @Extension
  @Symbol("auditArtifact")
  public static class DescriptorImpl extends BuildStepDescriptor<Publisher> {
    @Override
    public String getDisplayName() {
      return "Changetrail: record a published artifact";
    }

    // As Jenkins declares it.
    @SuppressWarnings("rawtypes")
    @Override
    public boolean isApplicable(Class<? extends AbstractProject> jobType) {
      return true;
    }
  }
}
