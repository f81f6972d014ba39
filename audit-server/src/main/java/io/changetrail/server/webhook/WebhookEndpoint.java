// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.InvalidEventException;
import io.changetrail.server.access.Token;
import io.changetrail.server.config.InvalidConfigException;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.http.Caller;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.ingest.Acceptance;
import io.changetrail.server.ingest.IngestEndpoint.IngestObserver;
import io.changetrail.server.ingest.RepeatedPushes;
import io.changetrail.source.Delivery;
import io.changetrail.source.WebhookProvider;
import io.changetrail.source.WebhookProvider.Told;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.AuditStore;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Scope;
import io.changetrail.store.View;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code POST /v1/webhooks/{provider}}: answered once the delivery's events are durable.
 *
 * <p>The secret that a delivery was signed with says whose it is: the tenant, and the sources that
 * it may speak for. Nothing of a body is read before its signature was found good.
 */
public final class WebhookEndpoint implements Endpoint {
  private final Map<String, WebhookProvider> providers = WebhookProviders.all();
  private final List<ServerConfig.Webhook> hooks;
  private final AuditStore store;
  private final Occurrences occurrences;
  private final RepeatedPushes pushes;
  private final Acceptance acceptance;
  private final IngestObserver ingested;
  private final DeliveryObserver delivered;

  /**
   * The endpoint of all configured hooks.
   *
   * @throws InvalidConfigException if a hook is of an unknown provider, or may send for nothing
   */
  public WebhookEndpoint(
      List<ServerConfig.Webhook> hooks,
      AuditStore store,
      Acceptance acceptance,
      IngestObserver ingested,
      DeliveryObserver delivered) {
    this.hooks = List.copyOf(hooks);
    this.store = store;
    this.occurrences = new Occurrences(store);
    this.pushes = new RepeatedPushes(store);
    this.acceptance = acceptance;
    this.ingested = ingested;
    this.delivered = delivered;
    for (ServerConfig.Webhook hook : hooks) {
      WebhookProvider provider = providers.get(hook.provider());
      if (provider == null) {
        throw new InvalidConfigException(
            "webhooks."
                + hook.name()
                + ".provider cannot be '"
                + hook.provider()
                + "'; it is one of "
                + String.join(", ", WebhookProviders.names()));
      }
      if (hook.sources().isEmpty() && provider.sources().isEmpty()) {
        throw new InvalidConfigException(
            "webhooks."
                + hook.name()
                + ".sources is needed: the CloudEvents sources that this sender may speak for");
      }
    }
  }

  /** What became of a delivery. */
  public enum Fate {
    /** At least one event was new. */
    STORED,
    /** All of its events were stored before. */
    REPEATED,
    /** It tells of no change. */
    NO_CHANGE,
    /** A sort of delivery that no mapper knows. */
    UNKNOWN,
    /** It is authentic, and not of the provider's form or not for it to tell. */
    REFUSED,
    /** It carries no good signature. */
    NOT_AUTHENTIC;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Is told of each delivery: for metrics. */
  @FunctionalInterface
  public interface DeliveryObserver {
    void delivered(String provider, Fate fate);
  }

  private record Sender(ServerConfig.Webhook hook, Delivery delivery) {}

  @Override
  public Response handle(Request request) {
    String name = request.pathParameter("provider");
    WebhookProvider provider = providers.get(name);
    List<ServerConfig.Webhook> candidates =
        hooks.stream().filter(hook -> hook.provider().equals(name)).toList();
    if (provider == null || candidates.isEmpty()) {
      throw Problem.notFound(
              "no webhook of this provider is configured; add it under 'webhooks' in the settings")
          .asException();
    }
    Optional<Sender> sender = authenticate(provider, candidates, request);
    if (sender.isEmpty()) {
      delivered.delivered(name, Fate.NOT_AUTHENTIC);
      throw Problem.of(
              401, "unauthenticated", "A credential is needed", "the delivery is not authentic")
          .asException();
    }
    try {
      Told told = provider.read(sender.get().delivery());
      if (!told.datedByDelivery()) {
        return store(provider, sender.get(), told, request);
      }
      // These are rare; of two hooks that tell one occurrence at once, the second is to find it.
      synchronized (occurrences) {
        return store(provider, sender.get(), told, request);
      }
    } catch (InvalidEventException e) {
      delivered.delivered(name, Fate.REFUSED);
      throw e;
    }
  }

  private static Optional<Sender> authenticate(
      WebhookProvider provider, List<ServerConfig.Webhook> candidates, Request request) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String header : request.headers().names()) {
      List<String> values = request.headers().all(header);
      if (values.size() == 1) { // a field sent twice says two things, so it says nothing
        headers.put(header, values.get(0));
      }
    }
    for (ServerConfig.Webhook hook : candidates) {
      Delivery delivery = new Delivery(hook.name(), headers, request.body());
      if (hook.secrets().stream()
          .anyMatch(secret -> provider.isAuthentic(delivery, secret.bytes(), request.received()))) {
        return Optional.of(new Sender(hook, delivery));
      }
    }
    return Optional.empty();
  }

  private Response store(WebhookProvider provider, Sender sender, Told told, Request request) {
    Caller caller = caller(provider, sender.hook());
    List<NewEvent> events = new ArrayList<>();
    Map<Status, Integer> counts = new EnumMap<>(Status.class);
    for (AuditEvent event : told.events()) {
      AuditEvent accepted =
          pushes.identified(caller.tenant(), acceptance.accept(caller, event, request.received()));
      if (told.datedByDelivery()
          ? occurrences.isKnown(caller.tenant(), accepted)
          : isFromHistory(caller.tenant(), accepted.ref())) {
        counts.merge(Status.DUPLICATE, 1, Integer::sum);
      } else {
        events.add(NewEvent.of(caller.tenant(), accepted, request.received()));
      }
    }
    long lastSeq = 0;
    for (AppendResult result : events.isEmpty() ? List.<AppendResult>of() : store.append(events)) {
      counts.merge(result.status(), 1, Integer::sum);
      lastSeq = Math.max(lastSeq, result.seq());
    }
    ingested.ingested(counts, lastSeq);
    delivered.delivered(provider.name(), fate(told, counts));
    // 200, not 202, for what is stored: Flagsmith takes any other status for a failure.
    return Response.json(told.known() ? 200 : 202, answer(told, counts));
  }

  /** Whether it was read from history already, which knows a little less of it. */
  private boolean isFromHistory(String tenant, EventRef ref) {
    return store
        .find(Scope.of(tenant), ref, View.RAW)
        .filter(known -> known.event().change().backfilled())
        .isPresent();
  }

  private static Caller caller(WebhookProvider provider, ServerConfig.Webhook hook) {
    List<String> sources = hook.sources().isEmpty() ? provider.sources() : hook.sources();
    return new Caller(
        "webhook " + hook.name(),
        hook.tenant(),
        source -> sources.stream().anyMatch(allowed -> Token.matches(allowed, source)),
        null,
        false);
  }

  private static Fate fate(Told told, Map<Status, Integer> counts) {
    if (!told.known()) {
      return Fate.UNKNOWN;
    }
    if (told.events().isEmpty()) {
      return Fate.NO_CHANGE;
    }
    return counts.keySet().equals(java.util.Set.of(Status.DUPLICATE)) ? Fate.REPEATED : Fate.STORED;
  }

  private static ObjectNode answer(Told told, Map<Status, Integer> counts) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("event", told.event());
    answer.put("known", told.known());
    answer.put("accepted", counts.getOrDefault(Status.ACCEPTED, 0));
    answer.put("duplicate", counts.getOrDefault(Status.DUPLICATE, 0));
    answer.put("conflicting", counts.getOrDefault(Status.CONFLICTING, 0));
    return answer;
  }
}
