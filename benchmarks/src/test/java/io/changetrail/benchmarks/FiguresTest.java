// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The load program still runs; how fast is not asked here. */
class FiguresTest {
  @Test
  void aSmallRunMeasuresEverythingAgainstARealServer(@TempDir Path data) {
    Figures figures = new Figures(ServerProcess.ofClassPath());

    int exit =
        new CommandLine(figures)
            .execute(
                "--events=1000", "--queries=2", "--singles=32", "--starts=1", "--data=" + data);

    assertThat(exit).isZero();
    assertThat(figures.report().lines()).allMatch(line -> line.value() > 0);
    assertThat(figures.report().lines())
        .extracting(Report.Line::what)
        .contains(
            "peer: a plain table of SQLite, 4 indexes, 1 client",
            "peer: a plain table of PostgreSQL, 4 indexes, 1 client",
            "ingest, batches of 500, 4 clients",
            "ingest, single events, 16 clients",
            "events of a commit, p99",
            "correlate about the last ten minutes, p99",
            "correlate about a random moment, p99",
            "server heap in use",
            "start to ready, over these events");
  }

  @Test
  void theWorkloadIsTheSameEachTimeAndNoTwoEventsAreAlike() {
    Workload workload =
        new Workload(1, Instant.parse("2026-01-01T00:00:00Z"), Duration.ofSeconds(2));
    Workload again = new Workload(1, Instant.parse("2026-01-01T00:00:00Z"), Duration.ofSeconds(2));
    Set<AuditEvent> events = new HashSet<>();
    for (long n = 0; n < 1000; n++) {
      events.add(workload.event(n));
      assertThat(workload.encoded(n)).isEqualTo(again.encoded(n));
    }
    assertThat(events).hasSize(1000);
  }
}
