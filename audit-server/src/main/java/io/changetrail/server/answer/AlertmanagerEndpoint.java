// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.ProblemException;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.webhook.WebhookEndpoint.DeliveryObserver;
import io.changetrail.server.webhook.WebhookEndpoint.Fate;
import io.changetrail.source.Delivery;
import io.changetrail.source.Signature;
import io.changetrail.source.alertmanager.AlertGroup;
import io.changetrail.store.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/webhooks/alertmanager}: notifications of Alertmanager, which carry a bearer
 * token. Answered once the incident is durable and the question which change did it is answered;
 * who does not wait for that sends it again, which changes nothing.
 */
public final class AlertmanagerEndpoint implements Endpoint {
  private static final Logger LOG = LoggerFactory.getLogger(AlertmanagerEndpoint.class);

  /** The provider in the settings of a webhook. */
  public static final String PROVIDER = "alertmanager";

  private final List<ServerConfig.Webhook> hooks;
  private final Correlations correlations;
  private final DeliveryObserver delivered;

  public AlertmanagerEndpoint(
      List<ServerConfig.Webhook> hooks, Correlations correlations, DeliveryObserver delivered) {
    this.hooks = hooks.stream().filter(hook -> hook.provider().equals(PROVIDER)).toList();
    this.correlations = correlations;
    this.delivered = delivered;
  }

  @Override
  public Response handle(Request request) {
    if (hooks.isEmpty()) {
      throw Problem.notFound(
              "no webhook of this provider is configured; add it under 'webhooks' in the settings")
          .asException();
    }
    Optional<ServerConfig.Webhook> sender = sender(request);
    if (sender.isEmpty()) {
      delivered.delivered(PROVIDER, Fate.NOT_AUTHENTIC);
      throw Problem.of(
              401,
              "unauthenticated",
              "A credential is needed",
              "the notification lacks the bearer token of a configured webhook; set it under"
                  + " http_config.authorization in webhook_config")
          .asException();
    }
    ServerConfig.Webhook hook = sender.get();
    Correlations.Noted noted;
    try {
      AlertGroup alerts =
          AlertGroup.read(new Delivery(hook.name(), Map.of(), request.body()).json());
      noted = correlations.note(hook.tenant(), source(hook), alerts, request.received());
    } catch (InvalidEventException e) {
      delivered.delivered(PROVIDER, Fate.REFUSED);
      throw e;
    }
    noted.incident().ifPresent(incident -> answer(hook, incident, request.received()));
    delivered.delivered(
        PROVIDER,
        noted.incident().isEmpty()
            ? Fate.NO_CHANGE
            : noted.stored() > 0 ? Fate.STORED : Fate.REPEATED);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    noted.incident().ifPresent(incident -> answer.put("correlation", incident.eventId()));
    answer.put("accepted", noted.stored());
    return Response.json(200, answer);
  }

  /**
   * The incident is stored, and whoever asks for it is answered then: that is no failed delivery.
   */
  private void answer(ServerConfig.Webhook hook, StoredEvent incident, Instant now) {
    try {
      correlations.answer(hook.tenant(), incident, now);
    } catch (ProblemException e) {
      LOG.warn("incident {} has no answer yet: {}", incident.eventId(), e.getMessage());
    }
  }

  private static String source(ServerConfig.Webhook hook) {
    return hook.sources().stream()
        .filter(source -> !source.endsWith("*"))
        .findFirst()
        .orElse("/alertmanager/" + hook.name());
  }

  /** Whose token it is; every configured one is compared, each in constant time. */
  private Optional<ServerConfig.Webhook> sender(Request request) {
    List<String> given = request.headers().all("authorization");
    Optional<String> one = given.size() == 1 ? Optional.of(given.get(0)) : Optional.empty();
    return hooks.stream()
        .filter(
            hook ->
                hook.secrets().stream()
                    .anyMatch(
                        secret ->
                            Signature.isEqual(
                                one,
                                "Bearer " + new String(secret.bytes(), StandardCharsets.UTF_8))))
        .findFirst();
  }
}
