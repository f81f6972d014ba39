// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An audit server in a process of its own, listening on loopback.
 *
 * @param started from the start of the process to the first good answer of {@code /readyz}
 */
record ServerProcess(Process process, URI address, Duration started) implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Starts a server and waits until it is ready.
   *
   * @param launch what to put behind {@code java}: the runnable jar, or a class path and class
   * @param options of the JVM, for example {@code -Xmx512m}
   */
  static ServerProcess start(List<String> launch, List<String> options, Path data)
      throws IOException {
    return start(launch, options, data, List.of());
  }

  /**
   * The same.
   *
   * @param settings each as in {@code changes.finishLimit=PT1H}
   */
  static ServerProcess start(
      List<String> launch, List<String> options, Path data, List<String> settings)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(launch);
    command.addAll(List.of("serve", "--data", data.toString(), "--port", "0"));
    settings.forEach(setting -> command.addAll(List.of("--set", setting)));
    Files.createDirectories(data);
    long began = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectInput(devNull()).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    List<String> said = new ArrayList<>();
    String line = output.readLine();
    while (line != null && !line.contains("listening on ")) {
      said.add(line);
      line = output.readLine();
    }
    if (line == null) {
      throw new IOException("the server did not start: " + String.join("\n", said));
    }
    // \e[1m…\e[0m cannot be there: the output is no terminal
    URI address = URI.create(line.substring(line.indexOf("http")).strip());
    drain(output);
    ServerProcess server = new ServerProcess(process, address, Duration.ZERO);
    server.awaitReady();
    return new ServerProcess(process, address, Duration.ofNanos(System.nanoTime() - began));
  }

  /** To start the server from a runnable jar. */
  static List<String> runnable(Path jar) throws IOException {
    if (!Files.isRegularFile(jar)) {
      throw new IOException("there is no " + jar + "; build it with mvn package, or name another");
    }
    return List.of("-jar", jar.toString());
  }

  /** To start the server from the classes that this program runs on. */
  static List<String> ofClassPath() {
    return List.of("-cp", System.getProperty("java.class.path"), "io.changetrail.cli.Changetrail");
  }

  private static ProcessBuilder.Redirect devNull() {
    return ProcessBuilder.Redirect.from(new java.io.File("/dev/null"));
  }

  private static void drain(BufferedReader output) {
    Thread drain =
        new Thread(
            () -> {
              try {
                while (output.readLine() != null) {}
              } catch (IOException closed) {
                // the process has ended
              }
            },
            "server-output");
    drain.setDaemon(true);
    drain.start();
  }

  private void awaitReady() throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      HttpURLConnection connection =
          (HttpURLConnection) address.resolve("/readyz").toURL().openConnection();
      if (connection.getResponseCode() == 200) {
        return;
      }
    }
    throw new IOException("the server is not ready after " + PATIENCE);
  }

  /** Memory that the process occupies, in bytes. */
  long residentBytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }

  /** Seconds of processor time that the process has used. */
  double processorSeconds() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  /** Asks the server to stop, and waits for it. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
