// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.demo.DemoNight;
import io.changetrail.model.AuditEvent;
import io.changetrail.server.ChangetrailServer;
import io.changetrail.server.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the main job on a night that could have been: a real server, asked over HTTP. */
@Command(
    name = "demo",
    header = "Replay a night at a web shop and ask which change broke checkout at 02:03.",
    description = {
      "",
      "Starts a server, sends it what GitHub, Kubernetes and a flag provider reported in that"
          + " night, asks it which change explains the alert, and leaves the server running.",
      ""
    })
final class Demo implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keep the night there; a directory that is deleted at the end unless given.")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "8321 unless given, or a free one with --exit.")
  private @Nullable Integer port;

  @Option(names = "--exit", description = "Stop after the answer.")
  private boolean exit;

  Demo(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = data != null ? data : Files.createTempDirectory("changetrail-demo");
    DemoNight night = new DemoNight(session.surroundings().clock().instant());
    ChangetrailServer server;
    try {
      server = start(directory, night);
    } catch (IOException | RuntimeException e) {
      forget(directory);
      throw e;
    }
    boolean goesOn = false;
    try {
      tell(server, night);
      goesOn = !exit;
    } finally {
      if (!goesOn) {
        stop(server, directory);
      }
    }
    if (goesOn) {
      invite(server, night);
      Serve.untilStopped(() -> stop(server, directory));
    }
    return ExitCodes.OK;
  }

  private ChangetrailServer start(Path directory, DemoNight night) throws IOException {
    Files.createDirectories(directory);
    Path catalogue = directory.resolve("demo-catalogue.yaml");
    Files.writeString(catalogue, night.catalogueYaml());
    int listen = port != null ? port : exit ? 0 : Settings.USUAL_PORT;
    ChangetrailServer server =
        ChangetrailServer.start(
            new Settings()
                .with("data", directory.toString(), "--data")
                .with("listen.port", Integer.toString(listen), "--port")
                .with("catalogue", catalogue.toString(), "demo")
                .config(),
            session.surroundings().clock());
    if (!server.isDevelopment()) {
      server.close();
      throw Failure.usage(
          directory + " has tokens, so its server would ask the demo for one",
          "give the demo a directory of its own, or none");
    }
    return server;
  }

  private void tell(ChangetrailServer server, DemoNight night) {
    Output output = session.output();
    AuditServer client =
        new AuditServer(server.address(), null, Duration.ofSeconds(60), session.output());
    List<AuditEvent> events = night.events();
    output.note(
        "a server listens on "
            + server.address()
            + "; sending it "
            + events.size()
            + " events of the night of "
            + night.onset().toString().substring(0, "2026-01-31".length())
            + " …");
    Shipment shipment = new Shipment(client);
    for (int i = 0; i < events.size(); i++) {
      shipment.add(i, events.get(i));
    }
    shipment.flush();
    if (!shipment.isComplete()) {
      throw Failure.refused(
          "the server did not take the night: " + shipment.total(),
          "give the demo a directory of its own, or none");
    }
    output.note("asking which change explains the errors of checkout at 02:03 …");
    JsonNode answer =
        client.post(
            "/v1/correlate",
            "application/json",
            night.anomaly().toString().getBytes(StandardCharsets.UTF_8));
    if (session.json()) {
      output.json(answer);
    } else {
      output.line("");
      output.lines(AnswerPage.of(answer));
      output.line("");
    }
  }

  private void invite(ChangetrailServer server, DemoNight night) {
    String option =
        server.address().toString().equals(Remote.DEFAULT_SERVER)
            ? ""
            : " --server " + server.address();
    Output output = session.output();
    output.note("the same answer as a page, and from there all the rest:");
    output.note(
        "  "
            + server.address()
            + "/investigate?service=checkout&environment=prod&at="
            + night.anomaly().path("alertedAt").asText());
    output.note("the server goes on until Ctrl-C. Ask it more, from another terminal, such as");
    for (String example :
        List.of(
            "changes --environment prod",
            "query path:rolloutPercentage",
            "lineage --flag checkout-new-pricing",
            "state --service checkout --environment prod --from 02:00 --at 02:03")) {
      output.note("  ./changetrail " + example + option);
    }
  }

  private void stop(ChangetrailServer server, Path directory) {
    server.close();
    forget(directory);
  }

  /** Deletes what the demo made for itself. */
  private void forget(Path directory) {
    if (data != null) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      session.output().note("could not delete " + directory + ": " + e.getMessage());
    }
  }
}
