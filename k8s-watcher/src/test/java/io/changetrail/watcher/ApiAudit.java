// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells the audit webhook of what {@link ApiDouble} was asked to write, as our own policy says;
 * each batch is tried a few times, as by an API server.
 *
 * @see <a href="https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/">Auditing</a>
 */
final class ApiAudit implements AutoCloseable {
  private static final int TRIES = 6;

  private final URI webhook;
  private final JsonNode rules;
  private final HttpClient http =
      HttpClient.newBuilder()
          .sslContext(ControlPlane.trustingAll())
          .version(HttpClient.Version.HTTP_1_1)
          .build();
  private final List<ObjectNode> waiting = new ArrayList<>();
  private final ScheduledExecutorService timer =
      Executors.newScheduledThreadPool(
          4,
          work -> {
            Thread thread = new Thread(work, "api-double-audit");
            thread.setDaemon(true);
            return thread;
          });

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the timer
  ApiAudit(URI webhook, Path policy) throws IOException {
    this.webhook = webhook;
    rules = ControlPlane.yaml(Files.readString(policy)).path("rules");
    timer.scheduleWithFixedDelay(this::sendWaiting, 100, 100, TimeUnit.MILLISECONDS);
  }

  /**
   * @param entry with all that there is to tell; how much of it is told is up to the policy
   */
  synchronized void tell(ObjectNode entry) {
    String level = level(entry.path("verb").asText(), entry.path("objectRef"));
    if (level.equals("None")) {
      return;
    }
    entry.put("level", level);
    if (!level.equals("RequestResponse")) {
      entry.remove("responseObject");
    }
    if (level.equals("Metadata")) {
      entry.remove("requestObject");
    }
    waiting.add(entry);
  }

  /** Of the first rule that fits. */
  private String level(String verb, JsonNode object) {
    String group = object.path("apiGroup").asText("");
    String subresource = object.path("subresource").asText("");
    String resource =
        object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource);
    for (JsonNode rule : rules) {
      if (fits(rule.path("verbs"), verb)
          && (rule.path("resources").isEmpty() || fits(rule, group, resource))) {
        return rule.path("level").asText();
      }
    }
    return "None";
  }

  private static boolean fits(JsonNode rule, String group, String resource) {
    for (JsonNode resources : rule.path("resources")) {
      if (resources.path("group").asText("").equals(group)
          && fits(resources.path("resources"), resource)) {
        return true;
      }
    }
    return false;
  }

  /** Names, or {@code *}, or {@code *}{@code /status}; all if there are none. */
  private static boolean fits(JsonNode names, String name) {
    for (JsonNode one : names) {
      String text = one.asText();
      if (text.equals(name)
          || text.equals("*")
          || (text.startsWith("*/") && name.endsWith(text.substring(1)))) {
        return true;
      }
    }
    return names.isEmpty();
  }

  private synchronized void sendWaiting() {
    if (!waiting.isEmpty()) {
      ObjectNode list = JsonNodeFactory.instance.objectNode();
      list.put("kind", "EventList").put("apiVersion", "audit.k8s.io/v1").putObject("metadata");
      list.putArray("items").addAll(waiting);
      waiting.clear();
      timer.execute(() -> send(list.toString(), TRIES));
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a webhook
  private void send(String list, int tries) {
    boolean taken = false;
    try {
      HttpRequest request =
          HttpRequest.newBuilder(webhook)
              .header("Authorization", "Bearer " + ControlPlane.AUDIT)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(list))
              .build();
      taken = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      // Nobody listens yet, or any more.
    } catch (InterruptedException e) {
      return;
    }
    if (!taken && tries > 1 && !timer.isShutdown()) {
      timer.schedule(() -> send(list, tries - 1), 200, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
