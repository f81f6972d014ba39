// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.model.Fingerprint;
import hudson.model.Run;
import hudson.tasks.Fingerprinter;
import io.changetrail.jenkins.capture.ArtifactEvents;
import io.changetrail.jenkins.capture.Ending;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The files that a run made, as Jenkins knows them by their fingerprints. */
final class Fingerprints {
  private static final System.Logger LOG = System.getLogger(Fingerprints.class.getName());

  private Fingerprints() {}

  /** Tells of them. */
  static void record(Run<?, ?> run) {
    try {
      of(run, () -> RunReader.read(run), Instant.now())
          .forEach(each -> RunTrail.record(run, facts -> each));
    } catch (RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.WARNING, "the files of {0} are not told: {1}", run, e);
    }
  }

  private static List<AuditEvent> of(Run<?, ?> run, Supplier<RunFacts> facts, Instant at) {
    Map<String, String> made = made(run);
    return made.isEmpty() ? List.of() : ArtifactEvents.fingerprinted(facts.get(), at, made);
  }

  /** As {@link #record} would have told of them when the run ended. */
  static List<AuditEvent> ofHistory(Run<?, ?> run, RunFacts facts, Ending ending) {
    return ending.deployment() == Outcome.SUCCESS
        ? of(run, () -> facts, facts.started().plus(ending.duration()))
        : List.of();
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
