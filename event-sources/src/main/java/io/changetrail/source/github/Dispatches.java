// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.source.Payload;
import java.time.Instant;
import java.util.List;

/** What sets workflows off from outside. */
final class Dispatches {
  private Dispatches() {}

  /** Its {@code client_payload} is anything, also secrets, and stays out. */
  static List<AuditEvent> repository(Payload delivery, DeliveryId guid) {
    Repository repository = Repository.of(delivery);
    String type = delivery.required("/action");
    Instant time = guid.timeOr(delivery, "/repository/pushed_at", "/repository/updated_at");
    return List.of(
        AuditEvent.builder(
                repository.ref("repository_dispatch-" + type + "-" + guid.occurrence(time)),
                time,
                Accounts.actor(delivery, "/sender"),
                Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, "dispatch")
                    .summary(type + " dispatched to " + repository.name())
                    .build())
            .target(repository.target(null))
            .provenance(
                new Provenance(
                    new Provenance.Vcs(
                        repository.url(),
                        null,
                        delivery.cut("/branch", 512),
                        null,
                        null,
                        null,
                        null),
                    null,
                    List.of()))
            .build());
  }
}
