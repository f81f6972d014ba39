// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.prometheus;

import io.changetrail.correlation.Series;
import io.changetrail.model.Interval;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.config.ServerConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The configured Prometheus servers, and nobody else. Whatever they do, asking them ends within
 * their time limit and gives what could be had, with a note on what could not.
 */
public final class PrometheusServers implements AutoCloseable {
  /** How many series one question may be answered with, brought or asked for. */
  public static final int MAX_SERIES = 2_000;

  /** How many points these may have in all. */
  public static final int MAX_POINTS = 500_000;

  /** How many queries one question may lead to. */
  public static final int MAX_QUERIES = 20;

  /** Prometheus gives no more than this for one series. */
  private static final int MAX_STEPS = 11_000;

  private static final long SHORTEST_STEP = 15;
  private static final long USUAL_STEP = 60;
  private static final int ENOUGH_STEPS = 240;

  private final Map<String, PrometheusClient> clients;

  public PrometheusServers(List<ServerConfig.Prometheus> servers) {
    clients = new TreeMap<>();
    servers.forEach(server -> clients.put(server.name(), new PrometheusClient(server)));
  }

  private PrometheusServers(Map<String, PrometheusClient> clients) {
    this.clients = clients;
  }

  /** Those of one tenant: no other may ask with their credentials, or learn that they are there. */
  public PrometheusServers within(String tenant) {
    Map<String, PrometheusClient> own = new TreeMap<>(clients);
    own.values().removeIf(client -> !client.server().tenant().equals(tenant));
    return new PrometheusServers(own);
  }

  /**
   * What came of asking.
   *
   * @param pending the {@code for:} of the rule; {@code null} where none is known
   * @param notes for people: who did not answer and why, and what was left out
   */
  public record Fetched(List<Series> series, @Nullable Duration pending, List<String> notes) {
    public Fetched {
      series = List.copyOf(series);
      notes = List.copyOf(notes);
    }
  }

  /**
   * About what is asked.
   *
   * @param window of time
   * @param environment canonical name; series that say that they are of another are left out
   * @param visible whether a service, by its canonical name, may be seen by whoever asks
   */
  public record About(
      Interval window,
      @Nullable String environment,
      Catalogue catalogue,
      Predicate<String> visible) {}

  /** The names of the servers, in alphabetical order. */
  public Set<String> names() {
    return clients.keySet();
  }

  /** The settings of a server, or {@code null} if none has that name. */
  public ServerConfig.@Nullable Prometheus named(String name) {
    PrometheusClient client = clients.get(name);
    return client == null ? null : client.server();
  }

  /**
   * The server that an alert came from: the one that is known by that host and port, or that the
   * label {@code prometheus} of the Prometheus Operator names, or the only one there is.
   *
   * @param generator host and port of the URL that the alert names
   */
  public Optional<String> of(@Nullable String generator, Map<String, String> labels) {
    String label = labels.getOrDefault("prometheus", "");
    return clients.values().stream()
        .map(PrometheusClient::server)
        .filter(
            server ->
                generator != null
                    && (generator.equals(server.url().getAuthority())
                        || server.aliases().contains(generator)))
        .map(ServerConfig.Prometheus::name)
        .findFirst()
        .or(() -> Optional.of(label.substring(label.indexOf('/') + 1)).filter(names()::contains))
        .or(() -> clients.size() == 1 ? names().stream().findFirst() : Optional.empty());
  }

  /** What the settings want asked with every question. */
  public List<RangeQuery> standing() {
    List<RangeQuery> queries = new ArrayList<>();
    clients
        .values()
        .forEach(
            client ->
                new TreeMap<>(client.server().queries())
                    .forEach(
                        (signal, expression) ->
                            queries.add(
                                new RangeQuery(client.server().name(), expression, signal, null))));
    return queries;
  }

  /** What a server was asked. */
  private record Asked<T>(PrometheusClient client, Future<T> answer) {
    /** The answer, for which its server has as long as its limit allows. */
    T get(long begun) throws InterruptedException, ExecutionException, TimeoutException {
      long left = client.server().timeout().toNanos() - (System.nanoTime() - begun);
      return answer.get(Math.max(0, left), TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Asks all at once, each server for as long as its time limit allows.
   *
   * @param rule whose {@code for:} is wanted; {@code null} for none
   */
  public Fetched ask(List<RangeQuery> queries, @Nullable AlertRule rule, About about) {
    Answers answers = new Answers(about);
    Map<RangeQuery, Asked<Matrix>> asked = new LinkedHashMap<>();
    int points = MAX_POINTS / Math.max(1, Math.min(queries.size(), MAX_QUERIES));
    long begun = System.nanoTime();
    for (RangeQuery query : queries) {
      PrometheusClient client = clients.get(query.server());
      if (client == null) {
        answers.notes.add("no Prometheus server '" + query.server() + "' is configured");
      } else if (asked.size() == MAX_QUERIES) {
        answers.notes.add(
            "only the first " + MAX_QUERIES + " of " + queries.size() + " queries were asked");
        break;
      } else {
        asked.computeIfAbsent(
            query,
            one ->
                new Asked<>(
                    client, client.submit(() -> range(client, one, about.window(), points))));
      }
    }
    PrometheusClient ruler = rule == null ? null : clients.get(rule.server());
    Asked<AlertRules> rules =
        rule == null || ruler == null
            ? null
            : new Asked<>(ruler, ruler.submit(() -> ruler.rules(rule.name())));
    try {
      for (Map.Entry<RangeQuery, Asked<Matrix>> one : asked.entrySet()) {
        answers.take(one.getKey(), one.getValue(), begun);
      }
      if (rule != null && rules != null) {
        answers.take(rule, rules, begun);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answers.notes.add("the server stops; Prometheus was not asked");
    } finally {
      asked.values().forEach(one -> one.answer.cancel(true));
      if (rules != null) {
        rules.answer.cancel(true);
      }
    }
    return answers.fetched();
  }

  private static Matrix range(
      PrometheusClient client, RangeQuery query, Interval window, int points)
      throws IOException, InterruptedException {
    return client.range(
        query.expression(), window.earliest(), window.latest(), step(window), points);
  }

  /** Fine enough to see when it began, and never more steps than Prometheus gives. */
  static Duration step(Interval window) {
    long seconds = Math.max(1, Duration.between(window.earliest(), window.latest()).toSeconds());
    long usual = Math.max(SHORTEST_STEP, Math.min(USUAL_STEP, seconds / ENOUGH_STEPS));
    return Duration.ofSeconds(Math.max(usual, seconds / (MAX_STEPS - 1) + 1));
  }

  @Override
  public void close() {
    clients.values().forEach(PrometheusClient::close);
  }

  private static String who(String server) {
    return "Prometheus server '" + server + "': ";
  }

  /** Turns what came into series and notes. */
  private final class Answers {
    private final About about;
    private final List<Series> series = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private @Nullable Duration pending;
    private int points;

    Answers(About about) {
      this.about = about;
    }

    Fetched fetched() {
      return new Fetched(series, pending, List.copyOf(notes));
    }

    void take(AlertRule rule, Asked<AlertRules> asked, long begun) throws InterruptedException {
      try {
        pending = asked.get(begun).pending(rule).orElse(null);
      } catch (ExecutionException | TimeoutException e) {
        notes.add(
            who(rule.server())
                + "how long the alert's condition had held cannot be read: "
                + reason(e, asked.client)
                + "; the annotation 'for' may tell it");
      }
    }

    void take(RangeQuery query, Asked<Matrix> asked, long begun) throws InterruptedException {
      String who = who(query.server());
      try {
        Matrix matrix = asked.get(begun);
        matrix.warnings().forEach(warning -> notes.add(who + "it warns: " + warning));
        boolean cut = matrix.cut();
        for (Matrix.Samples samples : matrix.samples()) {
          if (points + samples.times().length > MAX_POINTS || series.size() >= MAX_SERIES) {
            cut = true;
            break;
          }
          add(query, samples);
        }
        if (cut) {
          notes.add(who + "it has more series than are looked at; aggregate in the query");
        }
        if (matrix.samples().isEmpty()) {
          notes.add(who + "it has no samples for " + query.expression());
        }
      } catch (ExecutionException | TimeoutException e) {
        notes.add(who + reason(e, asked.client));
      }
    }

    private void add(RangeQuery query, Matrix.Samples samples) {
      SeriesLabels labels = new SeriesLabels(samples.labels());
      ServerConfig.Prometheus server = Objects.requireNonNull(named(query.server()));
      String service =
          labels.service(server.serviceLabels(), about.catalogue()).orElse(query.service());
      if (service == null) {
        notes.add(
            who(query.server())
                + "series without a service were left out; keep one of the labels "
                + String.join(", ", server.serviceLabels()));
        return;
      }
      boolean elsewhere =
          about.environment() != null
              && labels
                  .environment(about.catalogue())
                  .filter(environment -> !environment.equals(about.environment()))
                  .isPresent();
      if (elsewhere || !about.visible().test(service)) {
        return;
      }
      Map<String, String> described = new LinkedHashMap<>(samples.labels());
      String metric = described.remove(SeriesLabels.METRIC);
      String signal = query.signal() != null ? query.signal() : metric != null ? metric : "alert";
      points += samples.times().length;
      series.add(
          new Series(
              service,
              labels.instance().orElse(null),
              signal,
              described,
              samples.times(),
              samples.values()));
    }

    private String reason(Exception e, PrometheusClient client) {
      Throwable failure = e instanceof ExecutionException ? e.getCause() : e;
      if (failure instanceof HttpConnectTimeoutException || failure instanceof ConnectException) {
        return "it cannot be reached";
      }
      if (failure instanceof HttpTimeoutException || failure instanceof TimeoutException) {
        return "no answer within " + client.server().timeout().toMillis() + " ms";
      }
      // Our own words only: those of others may repeat a credential or a path.
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof PrometheusException told) {
          return told.words();
        }
      }
      return "the connection broke";
    }
  }
}
