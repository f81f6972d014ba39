// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.shipping;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.redaction.RedactionKey;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import io.changetrail.shipper.ShipperMetrics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The spool of one use of the action in one job. It lies in the runner's temporary folder, which
 * outlives the main part of the action and is gone after the job: so the post part is the last to
 * send from it, and says what is left.
 */
public final class JobSpool {
  private static final Duration SILENCE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

  private final Path directory;
  private final URI server;
  private final Credentials credentials;
  private final Redactor redactor;
  private final String installation;

  /**
   * @param installation of this use of the action; no other has the same
   * @param key {@code null} where secrets need not be comparable
   */
  public JobSpool(
      Path directory,
      URI server,
      Credentials credentials,
      String installation,
      @Nullable RedactionKey key) {
    this.directory = directory;
    this.server = server;
    this.credentials = credentials;
    this.installation = installation;
    redactor = new Redactor(RedactionRules.defaults(), key);
  }

  /**
   * Sends events, and what was left before.
   *
   * @param patience how long it may take; what is then left stays in the spool
   * @param last whether nothing will be sent after that
   * @throws io.changetrail.shipper.SpoolException if the spool cannot be opened
   */
  public Shipment ship(List<AuditEvent> events, Duration patience, boolean last) {
    Shipper.Builder builder =
        Shipper.builder(directory)
            .to(Destination.of(server, credentials))
            .installation(installation)
            .redactor(redactor)
            .timeout(patience.compareTo(SILENCE) < 0 ? patience : SILENCE)
            .pauses(Duration.ofMillis(300), LONGEST_PAUSE)
            .closing(last ? patience : Duration.ofSeconds(1));
    Shipper shipper = (last ? builder.shortLived() : builder).open();
    try {
      events.forEach(shipper::ship);
      if (!last) {
        shipper.flush(patience);
      }
    } finally {
      shipper.close();
    }
    ShipperMetrics metrics = shipper.metrics();
    ShipperMetrics.ForDestination destination = metrics.destinations().get(0);
    return new Shipment(
        destination.sent(),
        destination.parked(),
        shipper.unsent(),
        metrics.trouble() != null ? metrics.trouble() : destination.trouble());
  }
}
