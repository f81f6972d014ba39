// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.history;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.cli.CLICommand;
import io.changetrail.jenkins.HistoryReader;
import java.io.PrintStream;
import java.time.Duration;
import jenkins.model.Jenkins;
import org.kohsuke.args4j.Option;

/** {@code java -jar jenkins-cli.jar changetrail-backfill -days 30}. */
@Extension
public class ChangetrailBackfillCommand extends CLICommand {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  /** Set from the command line. */
  @Option(name = "-days", usage = "how many days back; 30 if it is not given")
  public int days = 30;

  @Override
  public String getShortDescription() {
    return "Reads the runs of the last days into Changetrail.";
  }

  @Override
  protected void printUsageSummary(PrintStream stderr) {
    stderr.println(
        "Reads the runs of the last days into events for the audit server, marked as backfilled."
            + " What is recorded already stays as it is. Waits until all are read; the reading"
            + " goes on if this command is ended.");
  }

  @Override
  protected int run() throws InterruptedException {
    Jenkins.get().checkPermission(Jenkins.ADMINISTER);
    HistoryReader history = ExtensionList.lookupSingleton(HistoryReader.class);
    stdout.println(history.begin(days));
    while (history.isReading()) {
      Thread.sleep(BETWEEN_LINES.toMillis());
      stdout.println(history.progress());
    }
    return 0;
  }
}
