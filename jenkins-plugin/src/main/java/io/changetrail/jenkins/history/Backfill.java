// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.history;

import hudson.Extension;
import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.HistoryReader;
import io.changetrail.jenkins.run.RunReader;
import io.changetrail.jenkins.run.RunTrail;
import io.changetrail.jenkins.shipping.Trail;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import jenkins.model.Jenkins;

/**
 * Reads the runs of the last days into events. What was captured while it ran or was read before is
 * left out, under whatever name its job is now, so it may be asked for at any time; of a run that
 * was captured in part the rest is read. Events of runs that go on come first: it waits while more
 * than a few are not yet sent.
 */
@Extension
public class Backfill implements HistoryReader {
  private static final System.Logger LOG = System.getLogger(Backfill.class.getName());
  private static final int MOST_WAITING = 1000;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final AtomicBoolean reading = new AtomicBoolean();
  private final AtomicLong read = new AtomicLong();
  private final AtomicLong known = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile String how = "Nothing was asked for since Jenkins was started.";

  @Override
  public String begin(int days) {
    if (days < 1 || days > MOST_DAYS) {
      throw new IllegalArgumentException("days must be from 1 to " + MOST_DAYS + ", not " + days);
    }
    if (!ChangetrailConfiguration.get().trail().isCapturing()) {
      throw new IllegalArgumentException(
          "there is no audit server yet: enter its URL and save, then read the history");
    }
    if (reading.compareAndSet(false, true)) {
      read.set(0);
      known.set(0);
      failed.set(0);
      how = "Reading the last " + days + " days";
      Thread thread = new Thread(() -> readAll(days), "changetrail-backfill");
      thread.setDaemon(true);
      thread.start();
    }
    return progress();
  }

  @Override
  public String progress() {
    return "%s: %,d runs are recorded, %,d were before, %,d could not be read."
        .formatted(how, read.get(), known.get(), failed.get());
  }

  @Override
  public boolean isReading() {
    return reading.get();
  }

  // That one acts for Jenkins itself within the block is all that it is for.
  @SuppressWarnings("try")
  private void readAll(int days) {
    Instant to = Instant.now();
    try (ACLContext everything = ACL.as2(ACL.SYSTEM2)) {
      for (Job<?, ?> job : Jenkins.get().getAllItems(Job.class)) {
        readJob(job, to.minus(Duration.ofDays(days)), to);
      }
      how = "Read the last " + days + " days";
    } catch (InterruptedException e) {
      how = "Interrupted";
      Thread.currentThread().interrupt();
    } catch (RuntimeException | LinkageError e) {
      how = "Ended by " + e.getClass().getName();
      LOG.log(System.Logger.Level.WARNING, "the history is not read to its end", e);
    } finally {
      reading.set(false);
    }
  }

  private void readJob(Job<?, ?> job, Instant from, Instant to) throws InterruptedException {
    if (!ChangetrailConfiguration.get().captures(job)) {
      return;
    }
    for (Run<?, ?> run : job.getBuilds().byTimestamp(from.toEpochMilli(), to.toEpochMilli())) {
      if (RunTrail.isRecorded(run, to)) {
        known.incrementAndGet();
      } else if (!run.isBuilding()) {
        Trail trail = ChangetrailConfiguration.get().trail(job);
        letLiveEventsPass(trail);
        if (trail.isCapturing()) {
          readRun(run);
        }
      }
    }
  }

  private static void letLiveEventsPass(Trail trail) throws InterruptedException {
    while (trail.isCapturing() && trail.status().waiting() > MOST_WAITING) {
      Thread.sleep(PAUSE.toMillis());
    }
  }

  private void readRun(Run<?, ?> run) {
    try {
      RunTrail.recordHistory(run, RunReader.history(run));
      read.incrementAndGet();
    } catch (RuntimeException | LinkageError e) {
      failed.incrementAndGet();
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be read: {1}", run, e);
    }
  }
}
