// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real runner, <a href="https://github.com/nektos/act">act</a> without containers, runs {@code
 * src/test/workflows/deploy.yml} with the action as a release tag has it: {@code action.yml}, its
 * two scripts under Node, and a jar, here one that only points at the classes under test.
 */
class ActTest {
  @TempDir private Path directory;
  private Path act;
  private Path repository;
  private Path log;

  @BeforeEach
  void aRepositoryWithTheWorkflowAndTheAction() throws Exception {
    act = RealPart.find("act", "no workflow was run for real");
    RealPart.find("node", "no workflow was run for real");
    log = directory.resolve("act.log");
    repository = directory.resolve("checkout");
    Path action = Files.createDirectories(repository.resolve(".github/actions/changetrail"));
    for (String file : List.of("action.yml", "main.js", "post.js")) {
      Files.copy(Path.of(file), action.resolve(file));
    }
    jar(action.resolve("changetrail-action.jar"));
    Path workflows = Files.createDirectories(repository.resolve(".github/workflows"));
    Files.copy(Path.of("src/test/workflows/deploy.yml"), workflows.resolve("deploy.yml"));
    git("init", "-q", "-b", "main");
    git("remote", "add", "origin", "https://github.com/acme/checkout");
    git("add", "-A");
    git("-c", "user.name=Ben", "-c", "user.email=ben@acme.example", "commit", "-q", "-m", "First");
  }

  private static void jar(Path file) throws IOException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.put(Attributes.Name.MAIN_CLASS, GithubAction.class.getName());
    main.put(
        Attributes.Name.CLASS_PATH,
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toUri().toString())
            .collect(Collectors.joining(" ")));
    try (OutputStream out = Files.newOutputStream(file)) {
      new JarOutputStream(out, manifest).close();
    }
  }

  private String git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Process git =
        new ProcessBuilder(command)
            .directory(repository.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(git.waitFor()).as(said).isZero();
    return said;
  }

  private Process act(RunningAuditServer server, String deployment, String... more)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                act.toString(),
                "push",
                "-P",
                "ubuntu-latest=-self-hosted",
                "--var",
                "CHANGETRAIL_URL=" + server.address(),
                "--var",
                "DEPLOYMENT=" + deployment));
    command.addAll(List.of(more));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(repository.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // Nothing of it is to stay in anybody's home, and its checkout is of this folder.
    builder.environment().put("HOME", directory.resolve("home").toString());
    builder.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder.start();
  }

  private void await(Process process) throws Exception {
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(Files.readString(log)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  private void assertRecorded(RunningAuditServer server, Outcome outcome) throws Exception {
    String said = Files.readString(log);
    List<AuditEvent> events = server.events();
    assertThat(events).as(said).hasSize(2);
    assertThat(events)
        .allSatisfy(
            event -> {
              Provenance.Vcs vcs = event.provenance().vcs();
              assertThat(vcs.repository()).isEqualTo("https://github.com/acme/checkout");
              assertThat(vcs.revision()).isEqualTo(git("rev-parse", "HEAD"));
              assertThat(vcs.ref()).isEqualTo("main");
              assertThat(event.provenance().build().pipeline()).isEqualTo("deploy");
              assertThat(event.provenance().build().runId()).isEqualTo("1-1");
              assertThat(event.actor().id()).isEqualTo("nektos/act");
              assertThat(event.targets().get(0).service()).isEqualTo("checkout");
              assertThat(event.targets().get(0).environment()).isEqualTo("prod");
            });
    assertThat(events.get(0).change().phase()).isEqualTo(Phase.STARTED);
    assertThat(events.get(1).change().outcome()).isEqualTo(outcome);
    JsonNode changes = server.get("/v1/changes").path("changes");
    assertThat(changes).hasSize(1);
    assertThat(server.get("/v1/sources").path("sources").get(0).path("continuity").asText())
        .isEqualTo("complete");
    assertThat(said)
        .contains("| accepted 1 with deployment-1-1-", "recorded: checkout 1.4.2 to prod: started");
  }

  @Test
  void C2_aDeploymentThatSucceedsIsRecordedByARealRunner() throws Exception {
    try (RunningAuditServer server = RunningAuditServer.start(directory.resolve("data"))) {
      Process run = act(server, "succeeds");
      await(run);
      assertRecorded(server, Outcome.SUCCESS);
      assertThat(run.exitValue()).isZero();
    }
  }

  @Test
  void C2_aDeploymentThatFailsIsRecordedByARealRunner() throws Exception {
    try (RunningAuditServer server = RunningAuditServer.start(directory.resolve("data"))) {
      await(act(server, "fails"));
      assertRecorded(server, Outcome.FAILURE);
    }
  }

  @Test
  void C2_aDeploymentThatIsCancelledIsRecordedByARealRunner() throws Exception {
    try (RunningAuditServer server = RunningAuditServer.start(directory.resolve("data"))) {
      Process run = act(server, "hangs");
      Awaitility.await()
          .atMost(90, TimeUnit.SECONDS)
          .until(() -> Files.readString(log).contains("| deploying"));
      // As a person cancels it; destroy() would be SIGTERM, which act takes for its own end.
      new ProcessBuilder("kill", "-INT", Long.toString(run.pid())).start().waitFor();
      await(run);
      assertRecorded(server, Outcome.ABORTED);
    }
  }

  @Test
  void C7_aFlagInAFileThatADeploymentChangesIsAFlipByARealRunner() throws Exception {
    String live = "0f1d2c3b4a59687766554433221100ffeeddccbb";
    String head = git("rev-parse", "HEAD");
    try (GithubRest github = GithubRest.start();
        RunningAuditServer server = RunningAuditServer.start(directory.resolve("data"))) {
      github.deployments(head, live, "1");
      github.comparison(live, head, "ahead", List.of("config/prod.yaml", "flags/prod.json"), head);
      github.pullRequest(head);
      github.flag("flags/prod.json", live, 5);
      github.flag("flags/prod.json", head, 50);
      github.file("config/prod.yaml", live, "timeout: 3s");
      github.file("config/prod.yaml", head, "timeout: 30s");
      await(
          act(
              server,
              "succeeds",
              "--env",
              "GITHUB_API_URL=" + github.url(),
              "--var",
              "API_TOKEN=ghs_of-this-job"));

      String said = Files.readString(log);
      assertThat(server.events()).as(said).hasSize(4);
      assertThat(server.get("/v1/events?kind=feature_flag").toString())
          .contains("flag new-pricing in prod: new 5 %, old 95 % → new 50 %, old 50 %");
      assertThat(server.get("/v1/events?kind=config").toString()).contains("timeout 3s → 30s");
      AuditEvent deployment = server.events().get(1);
      assertThat(deployment.attributes().get("vcs.ref.base.revision").asText()).isEqualTo(live);
      assertThat(deployment.provenance().vcs().pullRequest()).isEqualTo("412");
      assertThat(said).contains("recorded: flag new-pricing").doesNotContain("ghs_of-this-job");
    }
  }

  @Test
  void theJobGoesOnWhereTheProgramCannotStart() throws Exception {
    RunningAuditServer gone = RunningAuditServer.start(directory.resolve("data"));
    gone.close();
    Files.writeString(
        repository.resolve(".github/actions/changetrail/changetrail-action.jar"), "no jar");
    Process run = act(gone, "succeeds");
    await(run);

    assertThat(run.exitValue()).as(Files.readString(log)).isZero();
    assertThat(Files.readString(log)).contains("nothing is recorded: Java ended with 1");
  }
}
