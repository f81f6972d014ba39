// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.source.Delivery;
import io.changetrail.source.Signature;
import io.changetrail.source.WebhookProvider;
import java.time.Instant;
import java.util.List;

/**
 * Webhooks of GitHub repositories, organisations and Apps.
 *
 * @see <a
 *     href="https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries">Validating
 *     webhook deliveries</a>
 */
public final class GithubWebhook implements WebhookProvider {
  private final GithubWebhookMapper mapper = new GithubWebhookMapper();

  @Override
  public String name() {
    return "github";
  }

  @Override
  public List<String> sources() {
    return List.of("https://github.com/*");
  }

  @Override
  public boolean isAuthentic(Delivery delivery, byte[] secret, Instant now) {
    return Signature.isHexHmac(
        delivery.header("X-Hub-Signature-256"), "sha256=", secret, delivery.body());
  }

  @Override
  public Told read(Delivery delivery) {
    String event = delivery.requiredHeader("X-GitHub-Event");
    JsonNode payload = delivery.json();
    if (!GithubWebhookMapper.knows(event)) {
      return Told.unknown(event);
    }
    List<AuditEvent> events =
        mapper.map(event, payload, delivery.header("X-GitHub-Delivery").orElse(null));
    return GithubWebhookMapper.isDatedByDelivery(event, payload)
        ? Told.datedByDelivery(event, events, delivery.header("X-GitHub-Hook-ID").orElse(null))
        : Told.of(event, events);
  }
}
