// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Provenance;
import io.changetrail.model.codec.CloudEventsCodec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events of a workload as the rows of a table, for stores beside ours: the work of taking an event
 * apart is done before their clock starts.
 */
record Rows(Workload workload) {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  /** What a table needs in columns of its own to answer the questions of {@link QueryLoad}. */
  record Row(
      String id,
      long micros,
      @Nullable String service,
      @Nullable String environment,
      String kind,
      @Nullable String revision,
      String text,
      byte[] body) {}

  /** The first batches of the workload. */
  List<List<Row>> batches(int count) {
    return batches(0, count);
  }

  List<List<Row>> batches(long first, int count) {
    List<List<Row>> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      List<Row> batch = new ArrayList<>(IngestLoad.BATCH);
      for (int j = 0; j < IngestLoad.BATCH; j++) {
        batch.add(row(first + (long) i * IngestLoad.BATCH + j));
      }
      all.add(batch);
    }
    return all;
  }

  private Row row(long n) {
    AuditEvent event = workload.event(n);
    Provenance.Vcs commit = event.provenance().vcs();
    return new Row(
        event.ref().toString(),
        ChronoUnit.MICROS.between(Instant.EPOCH, event.time()),
        event.targets().get(0).service(),
        event.targets().get(0).environment(),
        event.change().kind().name(),
        commit == null ? null : commit.revision(),
        event.change().summary() + (commit == null ? "" : " " + commit.message()),
        CODEC.encode(event));
  }
}
