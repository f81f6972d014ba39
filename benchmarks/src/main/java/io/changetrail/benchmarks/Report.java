// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** What was measured, in order, as a Markdown table. */
final class Report {
  /**
   * One figure.
   *
   * @param n how many events or requests it was taken from; 0 where that says nothing
   * @param note what is needed to read it
   */
  record Line(String what, double value, String unit, long n, String note) {}

  private final List<Line> lines = new ArrayList<>();
  private String machine = "";

  void machine() {
    machine =
        "%s, %d processors, load average %.2f at the start, Java %s, %s"
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                load(),
                System.getProperty("java.version"),
                System.getProperty("os.arch"));
  }

  void add(String what, double value, String unit, long n, String note) {
    lines.add(new Line(what, value, unit, n, note));
    progress("%s: %s %s".formatted(what, number(value), unit));
  }

  void latency(String what, Histogram micros) {
    add(
        what + ", p99",
        micros.getValueAtPercentile(99) / 1e3,
        "ms",
        micros.getTotalCount(),
        "p50 %.1f ms, most %.1f ms"
            .formatted(micros.getValueAtPercentile(50) / 1e3, micros.getMaxValue() / 1e3));
  }

  /** Says on standard error what is going on. */
  void progress(String what) {
    System.err.println(what + " (load " + "%.1f".formatted(load()) + ")");
  }

  List<Line> lines() {
    return lines;
  }

  String markdown() {
    StringBuilder out = new StringBuilder(machine).append("\n\n");
    out.append("| what | figure | n | note |\n| --- | ---: | ---: | --- |\n");
    for (Line line : lines) {
      out.append(
          "| %s | %s %s | %s | %s |\n"
              .formatted(
                  line.what(),
                  number(line.value()),
                  line.unit(),
                  line.n() == 0 ? "" : "%,d".formatted(line.n()),
                  line.note()));
    }
    return out.toString();
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
