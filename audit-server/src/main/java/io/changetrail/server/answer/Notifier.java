// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells new answers to the configured receivers, and to nobody else: Slack, or whoever takes JSON.
 * Nobody waits for it; a receiver that fails is tried again twice, and then the log says so; the
 * next notification about the incident tells it again.
 */
public final class Notifier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TRIES = 3;
  private static final int WAITING = 200;

  private final List<ServerConfig.Receiver> receivers;
  private final ThreadPoolExecutor executor;

  public Notifier(List<ServerConfig.Receiver> receivers) {
    this.receivers = List.copyOf(receivers);
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "notifier");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /** Whether anybody wants to be told of a tenant's answers. */
  boolean hasReceivers(String tenant) {
    return !of(tenant).isEmpty();
  }

  /**
   * Tells a correlation of a tenant to the receivers of that tenant.
   *
   * @param ended run at the end, in another thread, with whether all of them have it
   */
  void tell(String tenant, ObjectNode correlation, Consumer<Boolean> ended) {
    try {
      executor.execute(
          () -> {
            boolean all = true;
            for (ServerConfig.Receiver receiver : of(tenant)) {
              all &= send(receiver, correlation);
            }
            ended.accept(all);
          });
    } catch (RejectedExecutionException e) {
      LOG.warn("notify: too many answers are waiting to be told; one is left out");
      ended.accept(false);
    }
  }

  private List<ServerConfig.Receiver> of(String tenant) {
    return receivers.stream().filter(receiver -> receiver.tenant().equals(tenant)).toList();
  }

  private boolean send(ServerConfig.Receiver receiver, ObjectNode correlation) {
    String failure = "";
    try {
      for (int i = 0; i < TRIES; i++) {
        if (i > 0) {
          TimeUnit.MILLISECONDS.sleep(500L << i);
        }
        try {
          int status = post(receiver, body(receiver, correlation));
          if (status / 100 == 2) {
            return true;
          }
          failure = "HTTP " + status;
        } catch (IOException | IllegalArgumentException | ExecutionException | TimeoutException e) {
          // Not its message: that may hold the URL, which is the secret of a Slack webhook.
          failure = (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName();
        }
      }
      LOG.warn("notify.{}: an answer could not be told: {}", receiver.name(), failure);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private int post(ServerConfig.Receiver receiver, JsonNode body)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(receiver.url().read()))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("User-Agent", "changetrail")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    // The time of a request ends with the header fields of its answer; this one is for all of it.
    CompletableFuture<HttpResponse<Void>> answer =
        Http.CLIENT.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).statusCode();
    } finally {
      answer.cancel(true);
    }
  }

  private static ObjectNode body(ServerConfig.Receiver receiver, ObjectNode correlation) {
    return switch (receiver.type()) {
      case SLACK ->
          JsonNodeFactory.instance.objectNode().put("text", slack(correlation, receiver.top()));
      case WEBHOOK -> shortened(correlation, receiver.top());
    };
  }

  private static ObjectNode shortened(ObjectNode correlation, int top) {
    ObjectNode copy = correlation.deepCopy();
    ArrayNode suspects = copy.withObject("/answer").withArray("suspects");
    while (suspects.size() > top) {
      suspects.remove(suspects.size() - 1);
    }
    return copy;
  }

  /**
   * The text of a message.
   *
   * @see <a href="https://docs.slack.dev/messaging/formatting-message-text">Slack, formatting</a>
   */
  private static String slack(ObjectNode correlation, int top) {
    List<String> lines = new ArrayList<>();
    lines.add("*" + escaped(correlation.path("summary").asText()) + "*");
    JsonNode answer = correlation.path("answer");
    lines.add(answer.path("verdict").asText() + ": " + escaped(answer.path("reason").asText()));
    int rank = 1;
    for (JsonNode suspect : answer.path("suspects")) {
      if (rank > top) {
        break;
      }
      JsonNode change = suspect.path("change");
      lines.add(
          String.format(
              Locale.ROOT,
              "%d. %.2f  %s (%s, %s, %s)",
              rank++,
              suspect.path("score").asDouble(),
              escaped(change.path("summary").asText()),
              escaped(change.path("kind").asText()),
              escaped(change.at("/actor/id").asText()),
              change.path("start").asText()));
    }
    lines.add("`changetrail correlations " + correlation.path("id").asText() + "`");
    return String.join("\n", lines);
  }

  /** Summaries are written by anybody: they must not become links or mentions. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replaceAll("[*_~`\\p{Cntrl}]", " ");
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  /** Made when something is told for the first time: most servers tell nobody. */
  private static final class Http {
    static final HttpClient CLIENT =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(PATIENCE)
            .build();
  }
}
