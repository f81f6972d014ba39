// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs as a controller of 2.479 describes them. */
public final class Runs {
  public static final Controller CONTROLLER =
      new Controller("b1d8c9d8ed0b4c9a3b6e8b5d0b9b8a44", "https://jenkins.acme.example/");
  public static final String REVISION = "9f2c1e7a4b6d8f0e1c3a5b7d9e2f4a6c8b0d1e3f";
  public static final String BASE = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
  public static final Instant STARTED = Instant.parse("2026-01-14T02:01:07.412Z");

  private Runs() {}

  /** A run of a multibranch job that a user started. */
  public static RunFacts run() {
    return run(CONTROLLER, "payments/checkout/main", 42, Trigger.user("alice", "Alice Doe"));
  }

  public static RunFacts run(Controller controller, String job, int number, Trigger... triggers) {
    return new RunFacts(
        controller,
        job,
        number,
        STARTED,
        "job/payments/job/checkout/job/main/" + number + "/",
        List.of(triggers),
        List.of(
            new Parameter("VERSION", "1.4.2", false),
            new Parameter("DEPLOY_PASSWORD", "hunter2-hunter2", true)),
        List.of(checkout()),
        new Branch("main", null, null),
        List.of("linux-agent-3"),
        null,
        false);
  }

  static Checkout checkout() {
    return new Checkout(
        "git@github.com:acme/checkout.git",
        REVISION,
        "main",
        BASE,
        List.of(
            new Commit("5c4b3a291807f6e5d4c3b2a190877665544332ff", "carol", "Log timeouts"),
            new Commit(REVISION, "bob", "Retry the card gateway\n\nIt times out at night.")));
  }

  static RunFacts with(RunFacts run, List<Parameter> parameters, @Nullable String traceparent) {
    return with(run, parameters, run.nodes(), traceparent, run.backfilled());
  }

  static RunFacts on(RunFacts run, List<String> nodes) {
    return with(run, run.parameters(), nodes, run.traceparent(), run.backfilled());
  }

  /** As it is read from history. */
  static RunFacts read(RunFacts run) {
    return with(run, run.parameters(), run.nodes(), run.traceparent(), true);
  }

  private static RunFacts with(
      RunFacts run,
      List<Parameter> parameters,
      List<String> nodes,
      @Nullable String traceparent,
      boolean backfilled) {
    return new RunFacts(
        run.controller(),
        run.job(),
        run.number(),
        run.started(),
        run.path(),
        run.triggers(),
        parameters,
        run.checkouts(),
        run.branch(),
        nodes,
        traceparent,
        backfilled);
  }
}
