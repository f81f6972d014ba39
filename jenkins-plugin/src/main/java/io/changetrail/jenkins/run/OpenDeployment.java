// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import io.changetrail.jenkins.capture.Deployment;
import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A deployment that has begun, in the form in which Jenkins keeps it over a restart: with the run
 * and in the state of a Pipeline. A class of plain fields, because neither writes records.
 */
public final class OpenDeployment implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final String services;
  private final String environment;
  private final @Nullable String artifact;
  private final @Nullable String version;
  private final @Nullable String stage;
  private final String action;
  private final @Nullable String reason;
  private final @Nullable String ticket;
  private final long started;
  private final boolean declared;

  public OpenDeployment(Deployment deployment) {
    key = deployment.key();
    services = String.join("\n", deployment.services());
    environment = deployment.environment();
    artifact = deployment.artifact();
    version = deployment.version();
    stage = deployment.stage();
    action = deployment.action();
    reason = deployment.reason();
    ticket = deployment.ticket();
    started = deployment.started().toEpochMilli();
    declared = deployment.declared();
  }

  public Deployment deployment() {
    return new Deployment(
        key,
        Deployment.names(services),
        environment,
        artifact,
        version,
        stage,
        action,
        reason,
        ticket,
        Instant.ofEpochMilli(started),
        declared);
  }

  String key() {
    return key;
  }
}
