// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What was done to shippers, their spools and their servers, and what became of the events that had
 * been acknowledged: the page {@code docs/kill-tests.md}, of the tests that ran in this JVM.
 * Written to {@code target/kill-tests.md}, or where {@code -Dchangetrail.kill.table} says.
 */
final class FaultTable {
  /** Draws what is done, and when. */
  static final long SEED = Long.getLong("changetrail.kill.seed", 20260131);

  private static final Map<Fault, Row> ROWS = new EnumMap<>(Fault.class);

  private FaultTable() {}

  /** What is done in a round. */
  enum Fault {
    SERVER_KILLED("the server is killed while events arrive"),
    SERVER_KILLED_IN_ANY_STATE("the server is killed in any state, also while it starts"),
    PRODUCER_KILLED("the producer is killed while events arrive"),
    PRODUCER_KILLED_IN_ANY_STATE("the producer is killed in any state, also while it starts"),
    BOTH_KILLED("both are killed while events arrive"),
    BOTH_KILLED_IN_ANY_STATE("both are killed in any state, also while they start"),
    SERVER_KILLED_AT_THE_END("the server is killed once more when everything is sent"),
    TORN_TAIL("the last record of the spool is torn, at any byte"),
    DELETED_NOT_RECORDED("a crash after files of the spool are deleted, before that is recorded"),
    RECORDED_NOT_DELETED("a crash after files are recorded as done, before they are deleted"),
    DISK_FULL("others fill the spool's disk, with the server there and away, and free it later"),
    SHIPPER_CLOCK("the producer's clock jumps by up to 20 hours, both ways"),
    SERVER_CLOCK("the server's clock jumps by up to 20 hours, both ways"),
    ABSENT("the server is absent for 10 days, which pass by the clock; the producer starts daily"),
    SLOW("answers that take longer than the shipper waits, of events that are stored"),
    HUNG("no answer at all"),
    TOO_MANY("429 with Retry-After"),
    ERROR("500"),
    GARBAGE("202 with garbage"),
    HALF_ANSWER("the connection ends within the answer, and the events are stored"),
    LOST_ANSWER("the connection ends before the answer, and the events are stored"),
    HALF_REQUEST("the connection ends within the request, at any byte of its body"),
    NO_REQUEST("the connection ends before the server has seen the request"),
    TLS("the TLS handshake fails");

    private final String words;

    Fault(String words) {
      this.words = words;
    }
  }

  private record Row(int rounds, int acknowledged, long lost, long twice) {
    String of(String what) {
      return String.format(
          Locale.ROOT, "| %s | %d | %,d | %d | %d |%n", what, rounds, acknowledged, lost, twice);
    }
  }

  /**
   * Notes what came of a fault, beside the others of this JVM.
   *
   * @param acknowledged events for which {@code ship} had returned
   * @param lost of them
   * @param twice how many of them are stored more than once
   */
  static synchronized void add(Fault fault, int rounds, int acknowledged, long lost, long twice)
      throws IOException {
    ROWS.put(fault, new Row(rounds, acknowledged, lost, twice));
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Kill tests

        What was done to a producer, its spool, its server and the way between them, and what became of the events for which `ship` had returned. After the rounds of each row every one of them must be in the store exactly once, and `/v1/sources` must say that the account of the source is complete; else the test fails. This page is what the tests wrote:

        ```
        mvn -pl audit-server -am test -Dtest='KillTest,FaultRoundsTest' -Dtest.jvms=1 -Dsurefire.failIfNoSpecifiedTests=false \\
            -Dchangetrail.kill.rounds=300 -Dchangetrail.fault.rounds=20 -Dchangetrail.kill.seed=20260131 \\
            -Dchangetrail.kill.table=../docs/kill-tests.md
        ```

        """);
    page.append(
        String.format(
            Locale.ROOT,
            "%s, seed %d, Java %s, %s, %d processors. Killed is `kill -9`. The seed draws what is done and"
                + " when; how far the processes are by then is the machine's.%n%n",
            LocalDate.now(ZoneOffset.UTC),
            SEED,
            Runtime.version().feature(),
            System.getProperty("os.name"),
            Runtime.getRuntime().availableProcessors()));
    page.append("| what was done | rounds | acknowledged | lost | stored twice |\n");
    page.append("| --- | ---: | ---: | ---: | ---: |\n");
    ROWS.forEach((each, row) -> page.append(row.of(each.words)));
    page.append(
        new Row(
                ROWS.values().stream().mapToInt(Row::rounds).sum(),
                ROWS.values().stream().mapToInt(Row::acknowledged).sum(),
                ROWS.values().stream().mapToLong(Row::lost).sum(),
                ROWS.values().stream().mapToLong(Row::twice).sum())
            .of("**all**"));
    page.append(
        """

        A clock that is more than a day off is not believed: what it dates into the future the server refuses, and the shipper keeps it for a replay.
        """);
    Files.writeString(
        Path.of(System.getProperty("changetrail.kill.table", "target/kill-tests.md")), page);
  }
}
