// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The server that a run measures, with a heap of 512 MB. */
final class MeasuredServer {
  @Option(names = "--server", description = "the server's runnable jar")
  private Path jar = Path.of("audit-server/target/changetrail.jar");

  private final @Nullable List<String> launch;

  /** One that is started from its jar. */
  MeasuredServer() {
    launch = null;
  }

  /**
   * One that is started otherwise.
   *
   * @param launch what to put behind {@code java}
   */
  MeasuredServer(List<String> launch) {
    this.launch = launch;
  }

  /**
   * Starts it.
   *
   * @param settings each as in {@code changes.finishLimit=PT1H}
   */
  ServerProcess start(Path data, String... settings) throws IOException {
    return ServerProcess.start(
        launch == null ? ServerProcess.runnable(jar) : launch,
        List.of("-Xmx512m"),
        data,
        List.of(settings));
  }
}
