// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.model.Fingerprint;
import hudson.model.Run;
import hudson.tasks.Fingerprinter;
import io.changetrail.jenkins.capture.ArtifactEvents;
import io.changetrail.model.AuditEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files that a run made, as Jenkins knows them by their fingerprints. */
final class Fingerprints {
  private static final System.Logger LOG = System.getLogger(Fingerprints.class.getName());

  private Fingerprints() {}

  /** Tells of them. */
  static void record(Run<?, ?> run) {
    try {
      Map<String, String> made = made(run);
      if (!made.isEmpty()) {
        Instant now = Instant.now();
        List<AuditEvent> events = ArtifactEvents.fingerprinted(RunReader.read(run), now, made);
        events.forEach(each -> RunTrail.record(run, facts -> each));
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.WARNING, "the files of {0} are not told: {1}", run, e);
    }
  }

  /** What it only used has another run as its origin. */
  private static Map<String, String> made(Run<?, ?> run) {
    Map<String, String> made = new LinkedHashMap<>();
    for (Fingerprinter.FingerprintAction action :
        run.getActions(Fingerprinter.FingerprintAction.class)) {
      for (Map.Entry<String, Fingerprint> file : action.getFingerprints().entrySet()) {
        Fingerprint.BuildPtr origin = file.getValue().getOriginal();
        if (origin != null && origin.is(run)) {
          made.put(file.getKey(), file.getValue().getHashString());
        }
      }
    }
    return made;
  }
}
