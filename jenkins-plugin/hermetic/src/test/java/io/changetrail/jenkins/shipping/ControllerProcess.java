// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import io.changetrail.jenkins.capture.Ending;
import io.changetrail.jenkins.capture.RunEvents;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.jenkins.capture.Runs;
import io.changetrail.jenkins.capture.Trigger;
import io.changetrail.shipper.Credentials;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands for a controller that may be killed at any moment: records the start and the end of one
 * run after the other, and prints the id of each event once it is handed over.
 */
public final class ControllerProcess {
  private ControllerProcess() {}

  /** Arguments: folder, server, number of the first run, how many runs. */
  public static void main(String[] args) {
    int first = Integer.parseInt(args[2]);
    int count = Integer.parseInt(args[3]);
    boolean complete;
    try (Trail trail = new Trail(Path.of(args[0]), Runs.CONTROLLER.instanceId())) {
      trail.shipTo(URI.create(args[1]), Credentials.none());
      for (int i = first; i < first + count; i++) {
        RunFacts run =
            Runs.run(Runs.CONTROLLER, "payments/checkout/main", i, Trigger.user("alice", null));
        Ending ending = new Ending("SUCCESS", Duration.ofSeconds(1), null);
        trail.record(() -> RunEvents.started(run));
        System.out.println(RunEvents.started(run).ref().id());
        trail.record(() -> RunEvents.finished(run, ending));
        System.out.println(RunEvents.finished(run, ending).ref().id());
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
      }
      complete = trail.flush(Duration.ofMinutes(1));
    }
    System.exit(complete ? 0 : 1);
  }
}
