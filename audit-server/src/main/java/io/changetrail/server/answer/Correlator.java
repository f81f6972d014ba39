// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import io.changetrail.correlation.Anomaly;
import io.changetrail.correlation.Answer;
import io.changetrail.correlation.CandidateChange;
import io.changetrail.correlation.CorrelationEngine;
import io.changetrail.correlation.Series;
import io.changetrail.correlation.Topology;
import io.changetrail.model.Interval;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Request;
import io.changetrail.server.prometheus.PrometheusServers;
import io.changetrail.server.prometheus.RangeQuery;
import io.changetrail.server.query.Ahead;
import io.changetrail.server.query.RecordedChanges;
import io.changetrail.server.query.Sight;
import io.changetrail.server.query.SourceAccount;
import io.changetrail.server.topology.Topologies;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Scope;
import io.changetrail.store.SourceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Brings together what the engine needs: changes, metrics, topology and what may be missing. */
public final class Correlator {
  /** A source with gaps is named in the answer if it reported this recently before the alert. */
  private static final Duration LIVELY = Duration.ofDays(7);

  /** Of changes that lie further outside the window it is not asked by what clock. */
  private static final Duration WIDEST_CLOCK_ERROR = Duration.ofDays(1);

  /** Beyond so many, a service is as good as any other. */
  private static final int MOST_RELATED = 50;

  private final AuditStore store;
  private final RecordedChanges changes;
  private final Catalogues catalogue;
  private final Topologies topologies;
  private final PrometheusServers prometheus;
  private final CorrelationEngine engine = new CorrelationEngine();

  public Correlator(
      AuditStore store,
      RecordedChanges changes,
      Catalogues catalogue,
      Topologies topologies,
      PrometheusServers prometheus) {
    this.store = store;
    this.changes = changes;
    this.catalogue = catalogue;
    this.topologies = topologies;
    this.prometheus = prometheus;
  }

  /** What the body of a request asks. */
  Question question(Request request) {
    Scope scope = request.scope();
    return Question.parse(
        request.body(), catalogue.of(scope.tenant()), prometheusServers(scope), request.received());
  }

  Catalogue catalogue(String tenant) {
    return catalogue.of(tenant);
  }

  /** Those that somebody of that scope may name in a query. */
  private Set<String> prometheusServers(Scope scope) {
    return prometheus.within(scope.tenant()).names();
  }

  /** The Prometheus server that an alert came from. */
  Optional<String> prometheusOf(
      String tenant, @Nullable String generator, Map<String, String> labels) {
    return prometheus.within(tenant).of(generator, labels);
  }

  /**
   * The answer for a reader of that scope.
   *
   * @param asked when
   */
  Answered answer(Scope scope, Question question, Instant asked) {
    Catalogue known = catalogue.of(scope.tenant());
    PrometheusServers.Fetched fetched = fetch(scope, question, known);
    Duration held = fetched.pending();
    Anomaly anomaly = held == null ? question.anomaly() : question.anomaly().withPending(held);
    List<Series> series = new ArrayList<>(question.series());
    series.addAll(fetched.series());
    Topology topology = topologies.of(scope, known);
    // Of the clocks and gaps of a source, and so of all that matters here, others learn nothing.
    Ahead<List<SourceStatus>> reporting =
        Ahead.begin(() -> scope.isWholeTenant() ? store.sources(scope) : List.of());
    RecordedChanges.Span span =
        changes.latest(
            scope,
            anomaly.window().earliest(),
            // What came later cannot have been it. The hours after it are read too, and with them
            // what undid one of these.
            anomaly.detectedAt(),
            anomaly.environmentName().map(known::environmentNames).orElse(null),
            related(anomaly, topology, series, known),
            known,
            asked);
    List<SourceStatus> sources = reporting.get();
    Candidates candidates = new Candidates(known, sources);
    Map<String, ObservedChange> observed = new LinkedHashMap<>();
    span.changes().forEach(change -> observed.put(change.id(), change));
    List<CandidateChange> judged =
        span.changes().parallelStream()
            .filter(change -> mayLieWithin(anomaly.window(), change))
            .map(candidates::of)
            .toList();
    Answer answer =
        engine
            .correlate(anomaly, judged, topology, series)
            .withSilentSources(doubtful(sources, anomaly, asked));
    List<String> notes = new ArrayList<>(fetched.notes());
    if (span.since() != null) {
      notes.add(unread(span.since(), span.relatedSince(), anomaly.service()));
    }
    return new Answered(answer, observed, known, fetched.series(), notes);
  }

  /** Whether the engine has to say, which goes by corrected times. */
  private static boolean mayLieWithin(Interval window, ObservedChange change) {
    Instant last = change.observations().get(change.observations().size() - 1).event().time();
    return !last.isBefore(window.earliest().minus(WIDEST_CLOCK_ERROR))
        && !change.start().isAfter(window.latest().plus(WIDEST_CLOCK_ERROR));
  }

  private static String unread(Instant since, @Nullable Instant related, String service) {
    String ofThem = "of the services that calls or metrics join to " + service;
    return "there are too many events to read: changes before "
        + since
        + " were judged only "
        + ofThem
        + (related == null ? "" : ", and of those none before " + related)
        + "; name an environment or a shorter lookback";
  }

  /** All names of the service, of those that calls join to it, and of those with metrics. */
  private static Set<String> related(
      Anomaly anomaly, Topology topology, List<Series> series, Catalogue known) {
    Stream<String> nearest =
        topology.pathsFrom(anomaly.service()).values().stream()
            .sorted(Comparator.comparingDouble(Topology.Path::cost))
            .map(path -> path.services().get(path.hops()));
    return Stream.of(Stream.of(anomaly.service()), nearest, series.stream().map(Series::service))
        .flatMap(services -> services)
        .distinct()
        .limit(MOST_RELATED)
        .flatMap(service -> known.serviceNames(service).stream())
        .collect(Collectors.toSet());
  }

  /** Whoever brings metrics along has them judged, and no others. */
  private PrometheusServers.Fetched fetch(Scope scope, Question question, Catalogue known) {
    Anomaly anomaly = question.anomaly();
    PrometheusServers servers = prometheus.within(scope.tenant());
    // What an expression adds up or renames cannot be kept within a scope, so only those of the
    // settings are asked for a limited reader, and of them what says its own service is taken.
    List<RangeQuery> queries =
        new ArrayList<>(scope.isWholeTenant() ? question.queries() : List.of());
    if (question.series().isEmpty()) {
      queries.addAll(servers.standing());
    }
    String environment = anomaly.environment();
    Sight sight = new Sight(scope, known);
    if (scope.environments() != null
        && (environment == null || !sight.ofEnvironment(environment))) {
      queries.clear();
    }
    PrometheusServers.Fetched fetched =
        servers.ask(
            queries,
            question.rule(),
            new PrometheusServers.About(anomaly.window(), environment, known, sight::ofService));
    if (scope.isWholeTenant() || question.queries().isEmpty()) {
      return fetched;
    }
    List<String> notes = new ArrayList<>(fetched.notes());
    notes.add("queries of a question are asked for readers of the whole tenant only");
    return new PrometheusServers.Fetched(fetched.series(), fetched.pending(), notes);
  }

  /** Sources that are silent or miss events: the cause might be among these. */
  private static List<String> doubtful(List<SourceStatus> sources, Anomaly anomaly, Instant now) {
    return sources.stream()
        .map(source -> SourceAccount.of(source, now))
        .filter(
            account ->
                account.silent() != null
                    || (account.continuity() == SourceAccount.Continuity.GAPS
                        && isLively(account.status(), anomaly)))
        .map(account -> account.status().source())
        .toList();
  }

  private static boolean isLively(SourceStatus source, Anomaly anomaly) {
    Instant last = source.lastIngested();
    return last == null || last.isAfter(anomaly.detectedAt().minus(LIVELY));
  }
}
