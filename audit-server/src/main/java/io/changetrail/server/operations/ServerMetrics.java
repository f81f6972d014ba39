// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.operations;

import io.changetrail.server.config.ReloadedFiles;
import io.changetrail.server.github.AskingObserver;
import io.changetrail.server.http.Caller;
import io.changetrail.server.http.HttpServer;
import io.changetrail.server.http.Lane;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.RequestObserver;
import io.changetrail.server.http.Response;
import io.changetrail.server.ingest.IngestEndpoint.IngestObserver;
import io.changetrail.server.query.SourceAccount;
import io.changetrail.server.webhook.WebhookEndpoint.DeliveryObserver;
import io.changetrail.server.webhook.WebhookEndpoint.Fate;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Health;
import io.changetrail.store.Scope;
import io.changetrail.store.SourceStatus;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the server tells of itself, in the Prometheus text format. Sources are public here by name,
 * their events are not.
 */
public final class ServerMetrics
    implements RequestObserver, IngestObserver, DeliveryObserver, AskingObserver {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Histogram requests;
  private final Counter events;
  private final Counter deliveries;
  private final Counter asked;
  private final Gauge behind;
  private Function<Instant, List<Account>> accounts = now -> List.of();
  private volatile List<Account> scraped = List.of();

  private record Account(String tenant, SourceAccount account) {}

  public ServerMetrics() {
    JvmMetrics.builder().register(registry);
    requests =
        Histogram.builder()
            .name("changetrail_http_request_duration_seconds")
            .help("From the arrival of the header fields to the end of the answer.")
            .labelNames("route", "status")
            .classicOnly()
            .classicUpperBounds(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)
            .register(registry);
    events =
        Counter.builder()
            .name("changetrail_events_total")
            .help("Events that came in, by what became of them.")
            .labelNames("result")
            .register(registry);
    asked =
        Counter.builder()
            .name("changetrail_github_asked_total")
            .help("Events that GitHub was asked about, by what came of it.")
            .labelNames("github", "result")
            .register(registry);
    behind =
        Gauge.builder()
            .name("changetrail_github_repositories_behind")
            .help("Repositories of which not all was read, because GitHub failed at them.")
            .labelNames("github")
            .register(registry);
    deliveries =
        Counter.builder()
            .name("changetrail_webhook_deliveries_total")
            .help("Webhook deliveries, by what became of them.")
            .labelNames("provider", "result")
            .register(registry);
    for (Status status : Status.values()) {
      events.initLabelValues(name(status));
    }
  }

  private static String name(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  /** Adds what is read from the server and its store at each scrape. */
  public void observe(
      HttpServer server,
      AuditStore store,
      List<ReloadedFiles<?>> files,
      Supplier<Set<String>> tenants) {
    gauge("changetrail_http_waiting", "Requests that wait for a thread.", "lane")
        .callback(
            callback -> {
              for (Lane lane : List.of(Lane.INGEST, Lane.READ, Lane.STREAM)) {
                callback.call(server.waiting(lane), lane.name().toLowerCase(Locale.ROOT));
              }
            })
        .register(registry);
    gauge("changetrail_http_running", "Requests that are being answered.", "lane")
        .callback(
            callback -> {
              for (Lane lane : List.of(Lane.INGEST, Lane.READ, Lane.STREAM)) {
                callback.call(server.running(lane), lane.name().toLowerCase(Locale.ROOT));
              }
            })
        .register(registry);
    gauge("changetrail_http_bytes_in_flight", "Memory of request bodies, by estimate.")
        .callback(callback -> callback.call((double) server.bytesInFlight()))
        .register(registry);
    gauge("changetrail_files_stale", "1 while a file of that setting is wrong.", "setting")
        .callback(
            callback -> {
              Map<String, Integer> stale = new TreeMap<>();
              for (ReloadedFiles<?> each : files) {
                stale.merge(each.setting(), each.problem().isPresent() ? 1 : 0, Math::max);
              }
              stale.forEach((setting, value) -> callback.call(value, setting));
            })
        .register(registry);
    gauge("changetrail_store_writable", "1 while the store takes events.")
        .callback(callback -> callback.call(store.health().writable() ? 1 : 0))
        .register(registry);
    gauge("changetrail_store_size_bytes", "What the store occupies on disk.")
        .callback(callback -> callback.call((double) store.health().sizeBytes()))
        .register(registry);
    gauge("changetrail_store_last_seq", "The highest place given out.")
        .callback(callback -> callback.call((double) store.health().lastSeq()))
        .register(registry);
    accounts = now -> accounts(store, tenants.get(), now);
    source("changetrail_source_events", "Events stored.", one -> (double) one.status().events());
    source(
        "changetrail_source_last_ingested_timestamp_seconds",
        "When its last event came in.",
        one -> seconds(one.status().lastIngested()));
    source(
        "changetrail_source_last_event_timestamp_seconds",
        "When its latest event happened, by its own clock.",
        one -> seconds(one.status().lastTime()));
    source(
        "changetrail_source_lag_seconds",
        "How long its last event took from happening to coming in.",
        one -> seconds(one.status().lag()));
    source(
        "changetrail_source_missing_events",
        "Numbered events that have not come.",
        one -> (double) one.missing());
    source(
        "changetrail_source_behind_events",
        "Events that it says it has, and that are still expected to come.",
        one -> (double) one.behind());
    source(
        "changetrail_source_continuity_unknown",
        "1 while nobody can say whether events are missing: its numbers began anew.",
        one -> one.continuity() == SourceAccount.Continuity.UNKNOWN ? 1.0 : 0.0);
    source(
        "changetrail_source_silent",
        "1 while it misses the heartbeat that it promised.",
        one -> one.silent() == null ? 0.0 : 1.0);
    source(
        "changetrail_source_clock_offset_seconds",
        "How far its clock is ahead, where known.",
        one -> seconds(one.status().clockOffset()));
  }

  private static List<Account> accounts(AuditStore store, Set<String> tenants, Instant now) {
    List<Account> all = new ArrayList<>();
    for (String tenant : tenants) {
      for (SourceStatus source : store.sources(Scope.of(tenant))) {
        all.add(new Account(tenant, SourceAccount.of(source, now)));
      }
    }
    return all;
  }

  private static @Nullable Double seconds(@Nullable Duration duration) {
    return duration == null ? null : (Double) (duration.toMillis() / 1000.0);
  }

  private static @Nullable Double seconds(@Nullable Instant instant) {
    return instant == null ? null : (Double) (instant.toEpochMilli() / 1000.0);
  }

  private static GaugeWithCallback.Builder gauge(String name, String help, String... labels) {
    return GaugeWithCallback.builder().name(name).help(help).labelNames(labels);
  }

  /** A gauge with a value per source, where the source has one. */
  private void source(String name, String help, Function<SourceAccount, @Nullable Double> value) {
    gauge(name, help, "tenant", "source")
        .callback(
            callback -> {
              for (Account one : scraped) {
                Double known = value.apply(one.account());
                if (known != null) {
                  callback.call(known, one.tenant(), one.account().status().source());
                }
              }
            })
        .register(registry);
  }

  @Override
  public void answered(Caller caller, String route, int status, Duration took) {
    requests.labelValues(route, Integer.toString(status)).observe(took.toNanos() / 1e9);
  }

  @Override
  public void ingested(Map<Status, Integer> counts, long lastSeq) {
    counts.forEach((status, count) -> events.labelValues(name(status)).inc(count));
  }

  @Override
  public void asked(String github, Answer answer) {
    asked.labelValues(github, answer.wireName()).inc();
  }

  @Override
  public void behind(String github, int repositories) {
    behind.labelValues(github).set(repositories);
  }

  @Override
  public void delivered(String provider, Fate fate) {
    deliveries.labelValues(provider, fate.wireName()).inc();
  }

  /** {@code GET /metrics}. */
  public Response scrape(Request request) throws IOException {
    // Read once for all gauges.
    scraped = accounts.apply(request.received());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    writer.write(out, registry.scrape());
    return Response.bytes(200, writer.getContentType(), out.toByteArray());
  }

  /** What is wrong now, for people; empty if all is well. */
  static List<String> problems(Health health, List<ReloadedFiles<?>> files) {
    List<String> problems = new ArrayList<>();
    if (!health.writable()) {
      problems.add("store: " + health.detail());
    }
    for (ReloadedFiles<?> each : files) {
      each.problem().ifPresent(problem -> problems.add(each.setting() + ": " + problem));
    }
    return problems;
  }
}
