// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says at the end, where the real API server was absent, how many tests a double stood in for and
 * how many did not run. JUnit finds it by {@code META-INF/services}.
 */
public final class RealApiServerReport implements TestExecutionListener {
  /** Of a test, or of a part of it, with what follows from that. */
  static final String ABSENT =
      "ABSENT: a real kube-apiserver, so %s; with Go 1.26 or newer run"
          + " k8s-watcher/src/test/go/build (.ci/run does)";

  private static final String BEGINNING = ABSENT.substring(0, ABSENT.indexOf("%s"));

  /** Whether the test that runs now has talked to a double; they run one after the other. */
  private static final AtomicBoolean DOUBLED = new AtomicBoolean();

  private int onDouble;
  private int notRun;

  static void doubled() {
    DOUBLED.set(true);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest()) {
      count(DOUBLED.getAndSet(false), result.getThrowable().map(Throwable::getMessage).orElse(""));
    }
  }

  /** Counts a test, and what ended it before its time. */
  void count(boolean doubled, String trouble) {
    if (String.valueOf(trouble).contains(BEGINNING)) {
      notRun++;
    } else if (doubled) {
      onDouble++;
    }
  }

  /** Empty if nothing was missed. */
  String text() {
    return onDouble + notRun == 0
        ? ""
        : "THE REAL API SERVER WAS NOT THERE: %d tests ran against a double of it, %d did not run."
                .formatted(onDouble, notRun)
            + " With Go 1.26 or newer, k8s-watcher/src/test/go/build builds the real one.";
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (!text().isEmpty()) {
      // Whatever was written before may not have ended its line.
      System.out.println("\n" + text());
    }
    write(text());
  }

  /** For the end of the whole build, where {@code benchmarks/pom.xml} prints it. */
  private static void write(String text) {
    try {
      Files.writeString(Path.of("target/absent.txt"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
