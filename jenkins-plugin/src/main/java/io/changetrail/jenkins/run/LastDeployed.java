// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.jenkins.capture.Deployed;
import io.changetrail.jenkins.capture.Deployment;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.jenkins.shipping.Snapshots;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a job deployed last with success, place by place. Kept beside the spool, so that no old run
 * has to be read for it: a stage begins on the thread that all Pipelines share.
 */
final class LastDeployed {
  private static final System.Logger LOG = System.getLogger(LastDeployed.class.getName());

  private final Snapshots states;

  LastDeployed(Snapshots states) {
    this.states = states;
  }

  /** What was deployed there before; nothing if that is not known. */
  Optional<Deployed> before(RunFacts run, Deployment deployment) {
    try {
      return states.last(place(run, deployment)).map(Snapshots.Seen::tree).map(LastDeployed::read);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "what was deployed before is not known: {0}", e);
      return Optional.empty();
    }
  }

  private static Deployed read(JsonNode tree) {
    return new Deployed(
        tree.path("repository").asText(null), tree.path("revision").asText("unknown"));
  }

  /** The run has deployed there. */
  void put(RunFacts run, Deployment deployment) {
    Optional<Deployed> deployed = Deployed.by(run.checkouts());
    if (deployed.isPresent()) {
      JsonNode tree =
          JsonNodeFactory.instance
              .objectNode()
              .put("repository", deployed.get().repository())
              .put("revision", deployed.get().revision());
      try {
        states.swap(place(run, deployment), tree, Instant.now());
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "what was deployed is not kept: {0}", e);
      }
    }
  }

  private static String place(RunFacts run, Deployment deployment) {
    return String.join("\n", run.job(), deployment.environment(), deployment.services().toString());
  }
}
