// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a signal measures, read off its name. A family decides in which direction a shift is a
 * symptom and where in the graph it shows, never how much a signal counts: that is up to its own
 * past.
 */
public enum SignalFamily {
  /** How long the service takes to answer. */
  LATENCY("latency"),
  /** How long the service waits for those that it calls. */
  OUTBOUND_LATENCY("latency of outgoing calls"),
  /** How many answers are wrong; of a success rate, what is missing to all. */
  ERRORS("errors"),
  LOAD("load"),
  CPU("CPU"),
  MEMORY("memory"),
  NETWORK("network"),
  IO("input and output"),
  /** Anything else that is measured of a service. */
  OTHER("signal"),
  /** Of a machine that several services share: says nothing of any one of them. */
  HOST("host");

  /** Whatever is neither letter nor digit, and where a capital begins the next word. */
  private static final Pattern SEPARATORS =
      Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

  private final String words;

  SignalFamily(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /**
   * The family of a signal; in {@code snake_case}, or the name of an alert in {@code CamelCase}.
   */
  public static SignalFamily of(String signal) {
    Set<String> parts = Set.of(split(signal));
    if (hasAny(parts, "node", "host", "machine")) {
      return HOST;
    }
    if (hasAny(parts, "latency", "duration", "delay", "rt", "p50", "p90", "p95", "p99")
        || (parts.contains("response") && parts.contains("time"))) {
      return hasAny(parts, "client", "outbound", "upstream", "egress") ? OUTBOUND_LATENCY : LATENCY;
    }
    if (isSuccess(parts)
        || hasAny(parts, "error", "errors", "failed", "failure", "failures", "5xx", "exceptions")) {
      return ERRORS;
    }
    if (hasAny(parts, "workload", "load", "requests", "request", "rps", "qps", "throughput")) {
      return LOAD;
    }
    if (parts.contains("cpu")) {
      return CPU;
    }
    if (hasAny(parts, "memory", "mem", "heap", "rss")) {
      return MEMORY;
    }
    if (hasAny(parts, "network", "net", "receive", "transmit", "rx", "tx")) {
      return NETWORK;
    }
    return hasAny(parts, "syscall", "syscalls", "disk", "fs", "io", "read", "write") ? IO : OTHER;
  }

  /** Whether more of it is better, as of a success rate. */
  public static boolean isSuccess(String signal) {
    return isSuccess(Set.of(split(signal)));
  }

  /** Whether going from one value to the other may be a symptom; most may be either way. */
  static boolean isWorse(String signal, double before, double after) {
    if (isSuccess(signal)) {
      return after < before;
    }
    return switch (of(signal)) {
      case LATENCY, OUTBOUND_LATENCY, ERRORS -> after > before;
      default -> after != before;
    };
  }

  private static boolean isSuccess(Set<String> parts) {
    return hasAny(parts, "success", "successful", "availability", "apdex");
  }

  private static String[] split(String signal) {
    return Arrays.stream(SEPARATORS.split(signal))
        .map(part -> part.toLowerCase(Locale.ROOT))
        .distinct()
        .toArray(String[]::new);
  }

  private static boolean hasAny(Set<String> parts, String... names) {
    for (String name : names) {
      if (parts.contains(name)) {
        return true;
      }
    }
    return false;
  }
}
