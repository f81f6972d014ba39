// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.freestyle;

import hudson.model.Run;
import hudson.model.TaskListener;
import io.changetrail.jenkins.run.RunTrail;

/** What the steps of freestyle jobs have in common: none fails a build. */
final class Declared {
  private Declared() {}

  /** Does it if the run is captured; what is wrong stands in its log, and it goes on. */
  static void quietly(Run<?, ?> run, TaskListener listener, Runnable work) {
    if (!RunTrail.captures(run)) {
      return;
    }
    try {
      work.run();
    } catch (IllegalArgumentException e) {
      listener.getLogger().println("[changetrail] nothing is recorded. " + e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      listener
          .getLogger()
          .println("[changetrail] nothing is recorded, for a fault of the plugin: " + e.getClass());
    }
  }
}
