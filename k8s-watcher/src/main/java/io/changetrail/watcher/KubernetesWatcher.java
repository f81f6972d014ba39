// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.watcher.capture.ClusterWatch.Wanted;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.operation.AdmissionReceiver;
import io.changetrail.watcher.operation.AuditWebhookReceiver;
import io.changetrail.watcher.operation.HttpEndpoints;
import io.changetrail.watcher.operation.HttpEndpoints.Answer;
import io.changetrail.watcher.operation.Leader;
import io.changetrail.watcher.operation.Leadership;
import io.changetrail.watcher.operation.Rbac;
import io.changetrail.watcher.operation.ServerCertificate;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherConfig.AdmissionWebhook;
import io.changetrail.watcher.operation.WatcherConfig.AuditWebhook;
import io.changetrail.watcher.operation.WatcherConfig.LeaderElection;
import io.changetrail.watcher.operation.WatcherMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code k8s-watcher}. */
@Command(
    name = "k8s-watcher",
    mixinStandardHelpOptions = true,
    description = "Ships every change in a cluster to an audit server.")
public final class KubernetesWatcher implements Callable<Integer> {
  private static final System.Logger LOG = System.getLogger(KubernetesWatcher.class.getName());
  private static final Duration LEASE = Duration.ofSeconds(15);

  /** The API server gives the audit webhook 30 s. */
  private static final Duration HAND_OVER = Duration.ofSeconds(10);

  /** A write waits for it, and for a second at most. */
  private static final Duration HAND_OVER_AT_ONCE = Duration.ofMillis(500);

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The watcher's YAML; docs/kubernetes.md explains it.")
  @SuppressWarnings("NullAway.Init")
  private Path config;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The cluster; that which this process runs in unless given.")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--once",
      description =
          "Lists what it would report if it began now, and ends; 1 if it may not see something.")
  private boolean once;

  @Option(
      names = "--rbac",
      description = "Prints the roles that this configuration needs, and ends.")
  private boolean rbac;

  @Option(
      names = "--service-account",
      paramLabel = "NAMESPACE/NAME",
      defaultValue = "changetrail/k8s-watcher",
      description = "Whom --rbac gives these roles; ${DEFAULT-VALUE} unless given.")
  @SuppressWarnings("NullAway.Init")
  private String serviceAccount;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  private final WatcherMetrics metrics = new WatcherMetrics();
  private final AtomicReference<Watcher> active = new AtomicReference<>();

  private KubernetesWatcher() {}

  /** Runs until it is ended. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new KubernetesWatcher());
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println("k8s-watcher: " + e.getMessage());
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    WatcherConfig settings = WatcherConfig.read(config);
    PrintWriter out = spec.commandLine().getOut();
    if (rbac) {
      out.print(Rbac.yaml(Rbac.of(settings, account(), this::serve)));
      out.flush();
      return 0;
    }
    Cluster cluster = Cluster.connect(kubeconfig);
    if (once) {
      boolean all = Rehearsal.print(settings, cluster, out);
      out.flush();
      return all ? 0 : 1;
    }
    // The end may begin at any moment of what follows.
    Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  closeAll(open);
                  ended.countDown();
                },
                "changetrail-shutdown"));
    LeaderElection election = settings.leaderElection();
    Leadership leadership =
        election == null
            ? null
            : new Leadership(
                cluster,
                election,
                identity(election),
                address(election),
                LEASE,
                InstantSource.system(),
                () -> begin(settings, cluster),
                this::end);
    open.addFirst(this::end);
    if (settings.port() > 0) {
      open.addFirst(health(settings, leadership));
    }
    AuditWebhook audits = settings.auditWebhook();
    if (audits != null) {
      open.addFirst(audit(audits, leadership));
    }
    AdmissionWebhook admissions = settings.admissionWebhook();
    if (admissions != null) {
      open.addFirst(admission(admissions, leadership));
    }
    if (leadership == null) {
      begin(settings, cluster);
    } else {
      open.addFirst(leadership);
      leadership.start();
    }
    ended.await();
    return 0;
  }

  private Rbac.ServiceAccount account() {
    String[] parts = serviceAccount.split("/", -1);
    if (parts.length != 2 || parts[0].isBlank() || parts[1].isBlank()) {
      throw new IllegalArgumentException("--service-account: give NAMESPACE/NAME");
    }
    return new Rbac.ServiceAccount(parts[0], parts[1]);
  }

  /** What the cluster serves, if there is one to ask. */
  private Optional<ResourceType> serve(Wanted wanted) throws IOException {
    if (kubeconfig == null && System.getenv("KUBERNETES_SERVICE_HOST") == null) {
      return Optional.empty();
    }
    return Cluster.connect(kubeconfig).types(wanted.group(), wanted.version()).stream()
        .filter(type -> type.kind().equals(wanted.kind()))
        .findFirst();
  }

  private static void closeAll(Deque<AutoCloseable> open) {
    for (AutoCloseable one : open) {
      try {
        one.close();
      } catch (Exception e) {
        LOG.log(System.Logger.Level.WARNING, "cannot be closed: {0}", e.toString());
      }
    }
  }

  private static String identity(LeaderElection election) throws IOException {
    String given = election.identity();
    return given != null
        ? given
        : InetAddress.getLocalHost().getHostName() + "_" + UUID.randomUUID();
  }

  /** In a pod the chart gives its address in this variable. */
  private static String address(LeaderElection election) throws IOException {
    String given = election.address();
    String pod = System.getenv("POD_IP");
    return given != null
        ? given
        : pod != null && !pod.isBlank() ? pod : InetAddress.getLocalHost().getHostAddress();
  }

  private void begin(WatcherConfig settings, Cluster cluster) {
    try {
      active.set(Watcher.start(settings, cluster, metrics, InstantSource.system()));
      metrics.leader(true);
    } catch (IOException e) {
      throw new IllegalStateException("the watcher cannot begin: " + e.getMessage(), e);
    }
  }

  private void end() {
    Watcher watcher = active.getAndSet(null);
    metrics.leader(false);
    if (watcher != null) {
      watcher.close();
    }
  }

  private HttpEndpoints audit(AuditWebhook webhook, @Nullable Leadership leadership)
      throws IOException {
    ServerCertificate certificate =
        ServerCertificate.read(webhook.keyStore(), webhook.passwordFile());
    return HttpEndpoints.https("0.0.0.0", webhook.port(), certificate)
        .on(
            AuditWebhookReceiver.PATH,
            new AuditWebhookReceiver(
                webhook.tokenFile(),
                this::audited,
                leader(leadership, webhook.port(), certificate, HAND_OVER)))
        .start();
  }

  private HttpEndpoints admission(AdmissionWebhook webhook, @Nullable Leadership leadership)
      throws IOException {
    ServerCertificate certificate =
        ServerCertificate.read(webhook.keyStore(), webhook.passwordFile());
    return HttpEndpoints.https("0.0.0.0", webhook.port(), certificate)
        .on(
            webhook.path(),
            new AdmissionReceiver(
                webhook.path(),
                review -> given(watcher -> watcher.asked(review)),
                leader(leadership, webhook.port(), certificate, HAND_OVER_AT_ONCE)))
        .start();
  }

  private static @Nullable Leader leader(
      @Nullable Leadership leadership, int port, ServerCertificate certificate, Duration patience) {
    return leadership == null ? null : new Leader(leadership::leader, port, certificate, patience);
  }

  private boolean audited(List<JsonNode> entries) {
    return given(watcher -> watcher.audited(entries));
  }

  /** Whether there is a watcher at work here, which has taken something. */
  private boolean given(Consumer<Watcher> taker) {
    Watcher watcher = active.get();
    if (watcher == null) {
      return false;
    }
    taker.accept(watcher);
    // One that ended meanwhile may not have taken all of it.
    return active.get() == watcher;
  }

  /** A standby is ready to take over; a leader once it has compared everything. */
  private HttpEndpoints health(WatcherConfig settings, @Nullable Leadership leadership)
      throws IOException {
    return HttpEndpoints.http("0.0.0.0", settings.port())
        .on("/healthz", question -> Answer.of(200, "ok\n"))
        .on("/readyz", question -> ready(leadership))
        .on("/metrics", question -> Answer.of(200, metrics.scrape()))
        .start();
  }

  private Answer ready(@Nullable Leadership leadership) {
    Watcher watcher = active.get();
    if (watcher == null) {
      return leadership == null || leadership.isLeading()
          ? Answer.of(503, "starting\n")
          : Answer.of(200, "standby\n");
    }
    Map<String, String> troubles = watcher.troubles();
    return watcher.isReady()
        ? Answer.of(200, "watching\n")
        : Answer.of(
            503,
            "not everything is compared yet" + (troubles.isEmpty() ? "" : "; " + troubles) + "\n");
  }
}
