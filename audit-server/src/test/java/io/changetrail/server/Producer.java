// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that captures events and may be killed at any moment: it prints the id of each event
 * once {@link Shipper#ship} has returned.
 */
public final class Producer implements AutoCloseable {
  /** System property of the process: how long it waits between two events; not at all without. */
  static final String PAUSE_MILLIS = "changetrail.producer.pause";

  /** System property of the process: how long it waits at the end until everything is sent. */
  static final String FLUSH_SECONDS = "changetrail.producer.flush";

  private final Process process;
  private final List<String> captured = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private Producer(Process process) {
    this.process = process;
    reader = new Thread(this::read, "producer-output");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts one.
   *
   * @param first number in the id of its first event
   * @param count of events that it captures before it flushes and ends by itself
   * @param jvm options
   */
  public static Producer start(Path spool, URI server, int first, int count, String... jvm)
      throws IOException {
    return run(List.of(), spool, server, first, count, jvm);
  }

  /**
   * Starts one whose spool is on a disk of its own, of so many mebibytes: a tmpfs in a mount
   * namespace of the process, which goes with it. Needs the rights of root.
   */
  static Producer startOnSmallDisk(int mebibytes, Path spool, URI server, int count, String... jvm)
      throws IOException {
    return run(
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs -o size=" + mebibytes + "m tmpfs \"$0\" && exec \"$@\"",
            spool.toString()),
        spool,
        server,
        1,
        count,
        jvm);
  }

  /**
   * Says loudly, and skips a test, where no small disk may be mounted; fails where everything real
   * is required.
   */
  static void requireSmallDisks(Path spool) throws InterruptedException {
    String absent = "NOT TESTED: a really full disk; only root may mount one, on Linux";
    boolean may;
    try {
      may =
          new ProcessBuilder(
                      "unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", spool.toString())
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
    } catch (IOException e) {
      may = false; // no such command here
    }
    if (!may) {
      System.err.println(absent);
      assertThat(System.getenv("REQUIRE_REAL_PARTS")).as(absent).isNull();
      abort(absent);
    }
  }

  /** The spool as the process sees it, though it may be mounted for that alone. */
  Path inside(Path spool) {
    return Path.of("/proc/" + process.pid() + "/root" + spool);
  }

  private static Producer run(
      List<String> wrapper, Path spool, URI server, int first, int count, String... jvm)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of(jvm));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(Producer.class.getName());
    command.addAll(
        List.of(spool.toString(), server.toString(), "" + first, Integer.toString(count)));
    return new Producer(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        captured.add(line);
      }
    } catch (IOException e) {
      // It was killed; what it printed before counts.
      return;
    }
  }

  /** The ids that it has printed so far, each captured for certain. */
  public List<String> captured() {
    return List.copyOf(captured);
  }

  /** Has it capture no more, flush, and end by itself. */
  void finish() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /**
   * Ends it as {@code kill -9} does, and waits until all that it printed is read: by its handle,
   * since {@link Process#destroyForcibly} closes its output too, and what was printed and not read
   * yet would be missing among the captured.
   */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
    reader.join();
  }

  /** Its exit code. */
  public int waitFor() throws InterruptedException {
    int code = process.waitFor();
    reader.join();
    return code;
  }

  /** Ends it, and waits for that: the spool may be deleted next. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  /** The process: spool, server, number of the first event, how many. */
  public static void main(String[] args) throws IOException {
    int first = Integer.parseInt(args[2]);
    int count = Integer.parseInt(args[3]);
    Shipper.Builder builder =
        Shipper.builder(Path.of(args[0]))
            .to(new Destination("audit", URI.create(args[1]), Credentials.none()))
            .installation("runner")
            .timeout(Duration.ofSeconds(20))
            .pauses(Duration.ofMillis(20), Duration.ofMillis(200));
    long pause = Duration.ofMillis(Long.getLong(PAUSE_MILLIS, 0)).toNanos();
    boolean complete;
    try (Shipper shipper = builder.open()) {
      for (int i = first; i < first + count && System.in.available() == 0; i++) {
        shipper.ship(Events.deployment("deploy-" + i, Instant.now(), "checkout", "prod").build());
        System.out.println("deploy-" + i);
        LockSupport.parkNanos(pause);
      }
      complete = shipper.flush(Duration.ofSeconds(Long.getLong(FLUSH_SECONDS, 120)));
    }
    System.exit(complete ? 0 : 1);
  }
}
