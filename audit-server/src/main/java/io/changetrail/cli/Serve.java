// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.server.ChangetrailServer;
import io.changetrail.server.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the audit server until it is told to stop. */
@Command(
    name = "serve",
    header = "Run the audit server.",
    description = {
      "",
      "Settings come from a YAML file, the environment (CHANGETRAIL_LISTEN_PORT for listen.port) and"
          + " these options; each outweighs the one before. docs/server.md lists them.",
      "Without a token the server is in development mode: it serves this machine only, and asks for"
          + " no credential. `changetrail token create` ends that.",
      ""
    })
final class Serve implements Callable<Integer> {
  private final Session session;
  @Mixin private final ServerOptions options = new ServerOptions();

  Serve(Session session) {
    this.session = session;
  }

  /** The options that give settings of the server. */
  static final class ServerOptions {
    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "YAML file with settings; else CHANGETRAIL_CONFIG.")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "Directory of all data; ./data.")
    private @Nullable Path data;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Where to listen; 127.0.0.1.")
    private @Nullable String host;

    @Option(
        names = "--port",
        paramLabel = "N",
        description = "8321 unless given; 0 for a free one.")
    private @Nullable Integer port;

    @Option(
        names = "--catalogue",
        paramLabel = "FILE",
        description = "Catalogue of services; may be repeated.")
    private @Nullable List<Path> catalogue;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "Any other setting, for example retention.keep=P400D; may be repeated.")
    private Map<String, String> others = new LinkedHashMap<>();

    /** All settings, weighted. */
    Settings settings(Surroundings surroundings) {
      Settings settings = new Settings();
      Optional.ofNullable(config)
          .or(() -> surroundings.variable("CHANGETRAIL_CONFIG").map(Path::of))
          .ifPresent(settings::withFile);
      settings.withEnvironment(surroundings.environment());
      with(settings, "data", data, "--data");
      with(settings, "listen.host", host, "--host");
      with(settings, "listen.port", port, "--port");
      if (catalogue != null) {
        settings.with(
            "catalogue",
            String.join(",", catalogue.stream().map(Path::toString).toList()),
            "--catalogue");
      }
      others.forEach((key, value) -> settings.with(key, value, "--set"));
      return settings;
    }

    private static void with(Settings settings, String key, @Nullable Object value, String option) {
      if (value != null) {
        settings.with(key, value.toString(), option);
      }
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ChangetrailServer server =
        ChangetrailServer.start(
            options.settings(session.surroundings()).config(), session.surroundings().clock());
    tell(server);
    untilStopped(server::close);
    return ExitCodes.OK;
  }

  private void tell(ChangetrailServer server) {
    Output output = session.output();
    if (session.json()) {
      output.json(
          JsonNodeFactory.instance
              .objectNode()
              .put("address", server.address().toString())
              .put("development", server.isDevelopment()));
    } else {
      output.line(Line.of("listening on ").and(server.address().toString(), Style.BOLD));
    }
    if (server.isDevelopment()) {
      output.note(
          "development mode: serves this machine only, without a credential; `changetrail token"
              + " create` ends it");
    }
  }

  /** Waits for the process to be told to stop, and then drains. */
  static void untilStopped(Runnable stop) throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.run();
                  stopped.countDown();
                },
                "stop"));
    stopped.await();
  }
}
