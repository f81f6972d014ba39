// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.server.access.SessionEndpoints;
import io.changetrail.server.access.Tenants;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenAuthenticator;
import io.changetrail.server.access.TokenFile;
import io.changetrail.server.access.WorkloadTokens;
import io.changetrail.server.access.Workloads;
import io.changetrail.server.answer.AlertmanagerEndpoint;
import io.changetrail.server.answer.CorrelateEndpoint;
import io.changetrail.server.answer.CorrelationEndpoints;
import io.changetrail.server.answer.Correlations;
import io.changetrail.server.answer.Correlator;
import io.changetrail.server.answer.Notifier;
import io.changetrail.server.answer.PostmortemEndpoints;
import io.changetrail.server.catalogue.AliasEndpoints;
import io.changetrail.server.catalogue.CatalogueFiles;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.config.ReloadedFiles;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.github.GithubApps;
import io.changetrail.server.http.Access;
import io.changetrail.server.http.Caller;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.HttpServer;
import io.changetrail.server.http.HttpSettings;
import io.changetrail.server.http.Lane;
import io.changetrail.server.http.Limits;
import io.changetrail.server.http.ProblemException;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.http.Route;
import io.changetrail.server.http.Router;
import io.changetrail.server.ingest.Acceptance;
import io.changetrail.server.ingest.DeclarationsEndpoint;
import io.changetrail.server.ingest.IngestEndpoint;
import io.changetrail.server.ingest.OwnEvents;
import io.changetrail.server.ingest.ResourcesEndpoint;
import io.changetrail.server.operations.BackupEndpoint;
import io.changetrail.server.operations.HealthEndpoints;
import io.changetrail.server.operations.Housekeeping;
import io.changetrail.server.operations.OpenApiEndpoint;
import io.changetrail.server.operations.ServerMetrics;
import io.changetrail.server.prometheus.PrometheusServers;
import io.changetrail.server.query.Arrivals;
import io.changetrail.server.query.ChangeEndpoint;
import io.changetrail.server.query.ChangeLinks;
import io.changetrail.server.query.ChangesEndpoint;
import io.changetrail.server.query.CountEndpoints;
import io.changetrail.server.query.EventEndpoint;
import io.changetrail.server.query.EventsEndpoint;
import io.changetrail.server.query.LineageEndpoint;
import io.changetrail.server.query.RecordedChanges;
import io.changetrail.server.query.RecordedResourcesEndpoint;
import io.changetrail.server.query.SourcesEndpoint;
import io.changetrail.server.query.StateEndpoint;
import io.changetrail.server.query.StreamEndpoint;
import io.changetrail.server.query.WhoamiEndpoint;
import io.changetrail.server.topology.RecordedClusters;
import io.changetrail.server.topology.Topologies;
import io.changetrail.server.topology.TopologyEndpoints;
import io.changetrail.server.web.WebPages;
import io.changetrail.server.webhook.WebhookEndpoint;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.Scope;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The audit server: a store behind an HTTP API. */
public final class ChangetrailServer implements AutoCloseable {
  private final ServerConfig config;
  private final AuditStore store;
  private final ReloadedFiles<Catalogue> catalogue;
  private final Catalogues catalogues;
  private final RecordedClusters clusters;
  private final Topologies topologies;
  private final List<ReloadedFiles<?>> files;
  private final TokenFile tokens;
  private final WorkloadTokens workloads;
  private final TokenAuthenticator authenticator;
  private final ServerMetrics metrics = new ServerMetrics();
  private final Arrivals arrivals = new Arrivals();
  private final PrometheusServers prometheus;
  private final Notifier notifier;
  private final GithubApps github;
  private final Router router;
  private final HttpServer http;
  private final Housekeeping housekeeping;

  /**
   * Starts a server.
   *
   * @throws IOException if it cannot listen
   * @throws RuntimeException if a setting, the store or the catalogue cannot be used; the message
   *     is for the operator
   */
  public static ChangetrailServer start(ServerConfig config, InstantSource clock)
      throws IOException {
    Files.createDirectories(config.data());
    AuditStore store = AuditStoreProvider.forUri(config.store()).open(config.store(), clock);
    try {
      ChangetrailServer server = new ChangetrailServer(config, clock, store);
      server.workloads.start();
      server.github.start();
      server.http.start();
      server.housekeeping.start();
      return server;
    } catch (IOException | RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  private ChangetrailServer(ServerConfig config, InstantSource clock, AuditStore store) {
    this.config = config;
    this.store = store;
    catalogue = CatalogueFiles.of(config.catalogue());
    catalogues = new Catalogues(catalogue, store);
    clusters = new RecordedClusters(store, this::tenants);
    topologies = new Topologies(clusters, config.topology(), config.data().resolve("topology"));
    files =
        Stream.<ReloadedFiles<?>>concat(Stream.of(catalogue), topologies.files().stream()).toList();
    tokens = new TokenFile(config.data().resolve(TokenFile.NAME));
    // What a job's token bears out is for the operator's files to say, not for who maps names.
    workloads = new WorkloadTokens(config.workloads(), catalogue, clock);
    authenticator =
        new TokenAuthenticator(tokens, workloads, config.listen().host(), catalogues::of, clock);
    prometheus = new PrometheusServers(config.prometheus());
    notifier = new Notifier(config.receivers());
    Redactor redactor =
        new Redactor(RedactionRules.defaults().withSecretPaths(config.secretPaths()), null);
    Acceptance acceptance = new Acceptance(config.times(), redactor);
    github =
        new GithubApps(
            config.githubs(),
            store,
            acceptance,
            this::ingested,
            metrics,
            config.data().resolve("github"),
            clock);
    router =
        new Router(
            Stream.concat(routes(redactor, acceptance).stream(), WebPages.routes().stream())
                .toList());
    Limits limits = Limits.defaults();
    http =
        new HttpServer(
            new HttpSettings(
                config.listen().host(),
                config.listen().port(),
                config.listen().tls(),
                limits.with(
                    config.maxBodyBytes(),
                    Runtime.getRuntime().maxMemory() / 100 * config.memoryPercent())),
            router,
            authenticator,
            metrics,
            clock);
    metrics.observe(http, store, files, this::tenants);
    housekeeping =
        new Housekeeping(
            files, catalogues, clusters, store, config.retention(), this::tenants, clock);
  }

  private void ingested(Map<AppendResult.Status, Integer> counts, long lastSeq) {
    metrics.ingested(counts, lastSeq);
    arrivals.arrived(lastSeq);
  }

  private List<Route> routes(Redactor redactor, Acceptance acceptance) {
    IngestEndpoint.IngestObserver ingested = this::ingested;
    OwnEvents own = new OwnEvents(store, acceptance, ingested);
    IngestEndpoint ingest = new IngestEndpoint(store, acceptance, ingested);
    Catalogues known = catalogues;
    RecordedChanges changes = new RecordedChanges(store, config.finishLimit());
    TopologyEndpoints topology = new TopologyEndpoints(topologies, known);
    Correlator correlator = new Correlator(store, changes, known, topologies, prometheus);
    Correlations correlations = new Correlations(store, correlator, own, notifier);
    CorrelationEndpoints answers = new CorrelationEndpoints(correlations, correlator);
    PostmortemEndpoints postmortems = new PostmortemEndpoints(store, correlator, correlations);
    AliasEndpoints aliases = new AliasEndpoints(known, store, own::append);
    CountEndpoints counts = new CountEndpoints(store, known);
    SessionEndpoints sessions = new SessionEndpoints(authenticator);
    HealthEndpoints health = new HealthEndpoints(store, files);
    ChangeLinks links = new ChangeLinks(config.links());
    ResourcesEndpoint baselines = new ResourcesEndpoint(store, redactor, acceptance);
    Endpoint resources =
        request -> {
          Response answer = baselines.handle(request);
          clusters.recorded();
          return answer;
        };
    Path copies = config.data().resolve("tmp");
    return List.of(
        new Route("POST", "/v1/events", Access.INGEST, Lane.INGEST, ingest),
        new Route(
            "POST",
            "/v1/webhooks/{provider}",
            Access.SIGNED,
            Lane.INGEST,
            new WebhookEndpoint(
                config.webhooks().stream()
                    .filter(hook -> !hook.provider().equals(AlertmanagerEndpoint.PROVIDER))
                    .toList(),
                store,
                acceptance,
                ingested,
                metrics)),
        // It asks Prometheus, for which no sender of events should wait.
        new Route(
            "POST",
            "/v1/webhooks/alertmanager",
            Access.SIGNED,
            Lane.READ,
            new AlertmanagerEndpoint(config.webhooks(), correlations, metrics)),
        new Route("PUT", "/v1/resources", Access.INGEST, Lane.INGEST, resources),
        new Route(
            "GET", "/v1/resources", Access.INGEST, Lane.READ, new RecordedResourcesEndpoint(store)),
        new Route(
            "POST",
            "/v1/declarations",
            Access.INGEST,
            Lane.INGEST,
            new DeclarationsEndpoint(store)),
        read("/v1/events", new EventsEndpoint(store, known)),
        read("/v1/events/{eventId}", new EventEndpoint(store)),
        read("/v1/changes", new ChangesEndpoint(store, changes, known)),
        read("/v1/changes/{eventId}", new ChangeEndpoint(store, changes, known, links)),
        read("/v1/histogram", counts::histogram),
        read("/v1/facets", counts::facets),
        read("/v1/unmapped", counts::unmapped),
        read("/v1/aliases", aliases::list),
        new Route("POST", "/v1/aliases", Access.CATALOGUE, Lane.READ, aliases::say),
        new Route("DELETE", "/v1/aliases", Access.CATALOGUE, Lane.READ, aliases::takeBack),
        read("/v1/lineage", new LineageEndpoint(store, known)),
        read("/v1/state", new StateEndpoint(store, known)),
        read("/v1/sources", new SourcesEndpoint(store)),
        new Route(
            "GET",
            "/v1/stream",
            Access.READ,
            Lane.STREAM,
            new StreamEndpoint(store, known, arrivals, this::standing)),
        new Route(
            "POST", "/v1/correlate", Access.READ, Lane.READ, new CorrelateEndpoint(correlator)),
        read("/v1/topology", topology::get),
        new Route("PUT", "/v1/topology/{name}", Access.INGEST, Lane.INGEST, topology::put),
        read("/v1/correlations", answers::list),
        new Route("POST", "/v1/correlations", Access.READ, Lane.READ, answers::record),
        read("/v1/correlations/{id}", answers::one),
        new Route(
            "POST", "/v1/correlations/{id}/feedback", Access.READ, Lane.READ, answers::feedback),
        read("/v1/correlations/{id}/postmortem", postmortems::ofIncident),
        new Route("POST", "/v1/postmortem", Access.READ, Lane.READ, postmortems::asked),
        new Route("POST", "/v1/github/backfill", Access.ADMIN, Lane.STREAM, github::backfill),
        new Route(
            "GET", "/v1/backup", Access.ADMIN, Lane.STREAM, new BackupEndpoint(store, copies)),
        open("/v1/whoami", new WhoamiEndpoint()),
        open("/v1/session", sessions::current),
        new Route("POST", "/v1/session", Access.PUBLIC, Lane.READ, sessions::begin),
        new Route("DELETE", "/v1/session", Access.PUBLIC, Lane.DIRECT, sessions::end),
        open("/v1/openapi.json", new OpenApiEndpoint()),
        open("/healthz", health::healthz),
        new Route("GET", "/readyz", Access.PUBLIC, Lane.READ, health::readyz),
        new Route("GET", "/metrics", Access.PUBLIC, Lane.READ, metrics::scrape));
  }

  private static Route read(String template, Endpoint endpoint) {
    return new Route("GET", template, Access.READ, Lane.READ, endpoint);
  }

  private static Route open(String template, Endpoint endpoint) {
    return new Route("GET", template, Access.PUBLIC, Lane.DIRECT, endpoint);
  }

  /** What the credential of a request may read by now. */
  private Optional<Scope> standing(Request request) {
    try {
      Caller now = authenticator.authenticate(request.method(), request.headers());
      return Optional.ofNullable(now.scope())
          .filter(scope -> scope.tenant().equals(request.scope().tenant()));
    } catch (ProblemException e) {
      return Optional.empty();
    }
  }

  private Set<String> tenants() {
    Set<String> all = new TreeSet<>(Set.of(Tenants.DEFAULT));
    tokens.tokens().stream().map(Token::tenant).forEach(all::add);
    config.webhooks().stream().map(ServerConfig.Webhook::tenant).forEach(all::add);
    config.workloads().stream().map(Workloads::tenant).forEach(all::add);
    config.githubs().stream().map(ServerConfig.Github::tenant).forEach(all::add);
    return all;
  }

  /** What it answers, for a comparison with its description. */
  Router router() {
    return router;
  }

  /** Where it answers. */
  public URI address() {
    return URI.create(
        (config.listen().tls() == null ? "http://" : "https://")
            + (config.listen().host().contains(":")
                ? "[" + config.listen().host() + "]"
                : config.listen().host())
            + ":"
            + http.port());
  }

  /** Whether it asks for no credential, because none was made yet. */
  public boolean isDevelopment() {
    return authenticator.isDevelopment();
  }

  /** Takes no new requests, finishes those in flight, and closes the store. */
  @Override
  public void close() {
    housekeeping.close();
    http.close();
    github.close();
    workloads.close();
    prometheus.close();
    notifier.close();
    store.close();
  }
}
