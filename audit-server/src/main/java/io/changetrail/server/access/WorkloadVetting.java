// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import com.fasterxml.jackson.databind.node.BooleanNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.http.Vetting;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Holds what a job says against its token. Only the environment that GitHub let it into is borne
 * out, only its own run may be added to, and only the actor of its run is authenticated.
 */
record WorkloadVetting(WorkloadJob job, boolean keepsUnverified, Supplier<Catalogue> catalogue)
    implements Vetting {
  /** Marks an event that names another environment than its sender was let into. */
  private static final String VERIFIED = "deployment.environment.verified";

  @Override
  public AuditEvent vetted(AuditEvent event) {
    EventRef amends = event.amends();
    if (amends != null && !job.isOfItsRun(amends.id())) {
      throw new InvalidEventException(
          "amends", "names an event of another run than that of the token; a job adds to its own");
    }
    AuditEvent.Builder vetted = event.toBuilder().actor(vetted(event.actor()));
    Optional<Target> doubtful =
        event.targets().stream().filter(target -> !covers(target)).findFirst();
    if (doubtful.isPresent()) {
      if (!keepsUnverified) {
        throw new InvalidEventException(
            "targets.environment",
            "is '"
                + doubtful.get().environment()
                + "', and the token is of a job "
                + (job.environment() == null
                    ? "without environment"
                    : "for '" + job.environment() + "'")
                + "; give the job that environment, or set otherEnvironments to unverified");
      }
      vetted.attribute(VERIFIED, BooleanNode.FALSE);
    }
    return vetted.build();
  }

  @Override
  public boolean covers(Target target) {
    String claimed = target.environment();
    if (claimed == null) {
      return true;
    }
    Catalogue known = catalogue.get();
    return job.environment() != null
        && known.environment(claimed).equals(known.environment(job.environment()));
  }

  private Actor vetted(Actor actor) {
    return actor.evidence() != Actor.Evidence.AUTHENTICATED || actor.id().equals(job.actor())
        ? actor
        : new Actor(actor.id(), actor.name(), actor.kind(), actor.via(), Actor.Evidence.DECLARED);
  }
}
