// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Jenkins knows of a run.
 *
 * @param job full name, with its folders, that it had when the run was first told of: ids and
 *     queries hold though it is renamed or moved
 * @param path of its page below the controller's root, for example {@code job/checkout/12/}
 * @param branch of a multibranch project; {@code null} for other jobs
 * @param nodes that it has run on so far, in order; none where that is not known yet
 * @param traceparent W3C trace context of the run, where a tracer runs
 * @param backfilled whether it was read from history
 * @param placement what the folders around its job say
 */
public record RunFacts(
    Controller controller,
    String job,
    int number,
    Instant started,
    String path,
    List<Trigger> triggers,
    List<Parameter> parameters,
    List<Checkout> checkouts,
    @Nullable Branch branch,
    List<String> nodes,
    @Nullable String traceparent,
    boolean backfilled,
    Placement placement) {
  public RunFacts {
    triggers = List.copyOf(triggers);
    parameters = List.copyOf(parameters);
    checkouts = List.copyOf(checkouts);
    nodes = List.copyOf(nodes);
  }

  /** A run of a job in no folder that says anything. */
  public RunFacts(
      Controller controller,
      String job,
      int number,
      Instant started,
      String path,
      List<Trigger> triggers,
      List<Parameter> parameters,
      List<Checkout> checkouts,
      @Nullable Branch branch,
      List<String> nodes,
      @Nullable String traceparent,
      boolean backfilled) {
    this(
        controller,
        job,
        number,
        started,
        path,
        triggers,
        parameters,
        checkouts,
        branch,
        nodes,
        traceparent,
        backfilled,
        Placement.NONE);
  }

  /** The same in other folders. */
  public RunFacts withPlacement(Placement other) {
    return new RunFacts(
        controller,
        job,
        number,
        started,
        path,
        triggers,
        parameters,
        checkouts,
        branch,
        nodes,
        traceparent,
        backfilled,
        other);
  }

  /** The same within another span. */
  public RunFacts withTraceparent(String other) {
    return new RunFacts(
        controller,
        job,
        number,
        started,
        path,
        triggers,
        parameters,
        checkouts,
        branch,
        nodes,
        other,
        backfilled,
        placement);
  }

  /** The same with other checkouts. */
  public RunFacts withCheckouts(List<Checkout> others) {
    return new RunFacts(
        controller,
        job,
        number,
        started,
        path,
        triggers,
        parameters,
        others,
        branch,
        nodes,
        traceparent,
        backfilled,
        placement);
  }

  /** A node by its name, which of the controller's own is empty. */
  public static String node(String name) {
    return name.isEmpty() ? "built-in" : name;
  }

  /** What names a run for people and in queries. */
  static String runId(String job, int number) {
    return Text.required(job, 490) + "#" + number;
  }

  /**
   * The page of an audit server that shows everything of a run.
   *
   * @param server as configured, with or without a slash at its end
   */
  public static String page(String server, String job, int number) {
    return server.replaceFirst("/+$", "")
        + "/search?build="
        + URLEncoder.encode(runId(job, number), StandardCharsets.UTF_8);
  }

  /** What names the run in ids: never again used by another run, even of a job made anew. */
  String key() {
    return key(job, number, started);
  }

  static String key(String job, int number, Instant started) {
    return Text.inId(job, 300) + "-" + number + "-" + started.toEpochMilli();
  }
}
