// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.freestyle;

import hudson.EnvVars;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.capture.Placement;
import io.changetrail.jenkins.run.RunTrail;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the fields of both make up, with the build's variables filled in. */
record DeclaredDeployment(
    String service, String environment, @Nullable String artifact, @Nullable String version) {

  /** What is done with it. */
  @FunctionalInterface
  interface Work {
    void on(Deployment deployment);
  }

  /** Does it if the run is captured; what is wrong stands in its log, and it goes on. */
  void quietly(Run<?, ?> run, EnvVars variables, TaskListener listener, Work work) {
    Declared.quietly(
        run,
        listener,
        () -> {
          Placement placement = RunTrail.placement(run);
          work.on(
              new Deployment(
                  "freestyle-" + service + "-" + environment,
                  Deployment.names(placement.service(variables.expand(service))),
                  placement.environment(variables.expand(environment)),
                  artifact == null ? null : variables.expand(artifact),
                  version == null ? null : variables.expand(version),
                  null,
                  "deploy",
                  null,
                  null,
                  Instant.now(),
                  true));
        });
  }
}
