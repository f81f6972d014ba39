// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real etcd, kube-apiserver and kube-controller-manager, each a process that can be stopped and
 * started again. The binary is built from {@code src/test/go} by its {@code build} script, as
 * {@code .ci/run} does, and looked for in the user's cache.
 *
 * <p>There is no kubelet and no scheduler: a test that needs pods to run writes their status.
 */
final class RealControlPlane extends ControlPlane {
  private static final String CONTROLLERS = "controllers-token";

  private final Path binary;
  private final Path directory;
  private final int etcdPort = freePort();
  private final int etcdPeerPort = freePort();
  private final int controllerPort = freePort();
  private @Nullable Process etcd;
  private @Nullable Process apiServer;
  private @Nullable Process controllers;
  private final List<String> apiServerFlags = new ArrayList<>();

  RealControlPlane(Path binary, Path directory) throws Exception {
    this.binary = binary;
    this.directory = directory;
    writeFiles();
  }

  /** Empty if it was not built. */
  static Optional<Path> binary() throws IOException {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path folder =
        (cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache))
            .resolve("changetrail");
    return Optional.of(folder.resolve("control-plane-" + stateOfSources()))
        .filter(Files::isExecutable);
  }

  /** As the build script names it. */
  private static String stateOfSources() throws IOException {
    try {
      var digest = java.security.MessageDigest.getInstance("SHA-256");
      for (String file : List.of("go.mod", "go.sum", "main.go")) {
        digest.update(Files.readAllBytes(Path.of("src/test/go", file)));
      }
      return java.util.HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void writeFiles() throws Exception {
    Files.writeString(
        directory.resolve("tokens.csv"),
        ADMIN
            + ",admin,admin,system:masters\n"
            + WATCHER
            + ",watcher,watcher\n"
            + CONTROLLERS
            + ",system:kube-controller-manager,controllers,system:masters\n"
            + ALICE
            + ",alice,alice,\"system:masters,developers\"\n");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    Files.writeString(
        directory.resolve("sa.key"), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    Files.writeString(
        directory.resolve("sa.pub"), pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    Files.writeString(directory.resolve("kubeconfig-controllers"), kubeconfig(CONTROLLERS));
    Files.writeString(
        directory.resolve("kubeconfig-audit"),
        kubeconfig(AUDIT)
            .replace(address().toString(), "https://127.0.0.1:" + auditPort() + "/audit"));
  }

  private static String pem(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }

  /** Further flags of the API server, from its next start on. */
  void apiServerFlags(String... flags) {
    apiServerFlags.addAll(List.of(flags));
  }

  @Override
  void start() throws Exception {
    startApiServer();
    startControllers();
  }

  private void startEtcd() throws IOException {
    String client = "http://127.0.0.1:" + etcdPort;
    String peer = "http://127.0.0.1:" + etcdPeerPort;
    etcd =
        begin(
            "etcd",
            "--data-dir=" + directory.resolve("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer,
            "--unsafe-no-fsync",
            "--log-level=error");
  }

  @Override
  void startApiServer() throws Exception {
    if (etcd == null) {
      startEtcd();
    }
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + address().getPort(),
                "--cert-dir=" + directory.resolve("certificates"),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + directory.resolve("sa.pub"),
                "--service-account-signing-key-file=" + directory.resolve("sa.key"),
                "--audit-policy-file="
                    + Path.of("../deploy/kubernetes/audit-policy.yaml")
                        .toAbsolutePath()
                        .normalize(),
                "--audit-webhook-config-file=" + directory.resolve("kubeconfig-audit"),
                "--audit-webhook-batch-max-wait=100ms",
                "--audit-webhook-initial-backoff=200ms",
                "--disable-admission-plugins=ServiceAccount",
                "--endpoint-reconciler-type=none"));
    flags.addAll(apiServerFlags);
    apiServer = begin("kube-apiserver", flags.toArray(String[]::new));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              assertThat(apiServer.isAlive()).as(log("kube-apiserver")).isTrue();
              try {
                return send(ADMIN, "GET", "/readyz", null).statusCode() == 200
                    && send(ADMIN, "GET", "/api/v1/namespaces/default", null).statusCode() == 200;
              } catch (IOException e) {
                return false;
              }
            });
  }

  void startControllers() throws IOException {
    controllers =
        begin(
            "kube-controller-manager",
            "--kubeconfig=" + directory.resolve("kubeconfig-controllers"),
            "--bind-address=127.0.0.1",
            "--secure-port=" + controllerPort,
            "--cert-dir=" + directory.resolve("controller-certificates"),
            "--leader-elect=false",
            "--horizontal-pod-autoscaler-sync-period=1s",
            "--controllers=deployment-controller,replicaset-controller,statefulset-controller,"
                + "daemonset-controller,garbage-collector-controller,"
                + "horizontal-pod-autoscaler-controller,namespace-controller");
  }

  @Override
  void renew(String token, String newToken) throws IOException {
    for (String file : List.of("apiserver.crt", "apiserver.key")) {
      Files.deleteIfExists(directory.resolve("certificates").resolve(file));
    }
    Path tokens = directory.resolve("tokens.csv");
    Files.writeString(tokens, Files.readString(tokens).replace(token + ",", newToken + ","));
  }

  @Override
  Path certificate() {
    return directory.resolve("certificates/apiserver.crt");
  }

  /** Has etcd forget all versions before the present one, as the API server does after a while. */
  void compact() throws IOException, InterruptedException {
    HttpClient http = HttpClient.newHttpClient();
    String revision =
        askEtcd(http, "/v3/kv/range", "{\"key\": \"AA==\"}").at("/header/revision").asText();
    askEtcd(http, "/v3/kv/compaction", "{\"physical\": true, \"revision\": \"" + revision + "\"}");
  }

  private JsonNode askEtcd(HttpClient http, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + etcdPort + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  /** Ends the API server and then etcd; what etcd has stored stays. */
  void stopAll() throws InterruptedException {
    stopApiServer();
    end(etcd);
    etcd = null;
  }

  /** Keeps what etcd has stored, while all is stopped. */
  void backUp(Path backup) throws IOException {
    copy(directory.resolve("etcd"), backup);
  }

  /** Has etcd begin anew with what was kept, while all is stopped: its versions go back, too. */
  void restore(Path backup) throws IOException {
    Path stored = directory.resolve("etcd");
    try (Stream<Path> files = Files.walk(stored)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    copy(backup, stored);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  @Override
  void stopApiServer() throws InterruptedException {
    end(apiServer);
    apiServer = null;
  }

  private Process begin(String component, String... flags) throws IOException {
    List<String> command = new ArrayList<>(List.of(binary.toString(), component));
    command.addAll(List.of(flags));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolve(component + ".log").toFile()))
        .start();
  }

  private String log(String component) {
    try (Stream<String> lines = Files.lines(directory.resolve(component + ".log"))) {
      List<String> all = lines.toList();
      return all.stream().skip(Math.max(0, all.size() - 20)).collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void end(@Nullable Process process) throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }

  @Override
  public void close() {
    try {
      end(controllers);
      end(apiServer);
      end(etcd);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
