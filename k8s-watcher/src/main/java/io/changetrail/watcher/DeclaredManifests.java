// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import io.changetrail.watcher.capture.ClusterWatch;
import io.changetrail.watcher.drift.ManifestDirectory;
import io.changetrail.watcher.drift.ObjectDrifts;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at directories of manifests again and again: what they declare may change, too. */
// What is scheduled catches and logs its own failures; nobody waits for it.
@SuppressWarnings("FutureReturnValueIgnored")
final class DeclaredManifests implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DeclaredManifests.class.getName());

  private final List<ManifestDirectory> directories;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "changetrail-manifests");
            thread.setDaemon(true);
            return thread;
          });

  DeclaredManifests(List<ManifestDirectory> directories) {
    this.directories = List.copyOf(directories);
    refresh();
  }

  /** Has the watch compare what is declared anew, and objects as a whole be judged. */
  void follow(ClusterWatch watch, ObjectDrifts objects, Duration pause) {
    timer.scheduleWithFixedDelay(
        () -> look(watch, objects), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look(ClusterWatch watch, ObjectDrifts objects) {
    Set<String> types = refresh();
    if (!types.isEmpty()) {
      watch.look(type -> types.contains(ManifestDirectory.type(type)));
    }
    try {
      if (watch.isSettled()) {
        objects.judge(watch);
      }
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "what is declared and not there cannot be judged; tried again: {0}",
          e.toString());
    }
  }

  private Set<String> refresh() {
    Set<String> types = new HashSet<>();
    for (ManifestDirectory directory : directories) {
      try {
        types.addAll(directory.refresh());
      } catch (IOException | RuntimeException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "a directory of manifests cannot be read, so what it declared before counts: {0}",
            e.toString());
      }
    }
    return types;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
