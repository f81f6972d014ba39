// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.unleash;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.source.Delivery;
import io.changetrail.source.Signature;
import io.changetrail.source.WebhookProvider;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Webhooks of Unleash, which send its events. Unleash signs nothing: a delivery is known by the
 * secret in its {@code Authorization} header, so it must come over TLS.
 *
 * @see <a href="https://docs.getunleash.io/integrate/webhook">Webhook integration</a>
 */
public final class UnleashWebhook implements WebhookProvider {
  private static final String BEARER = "Bearer ";

  private final UnleashMapper mapper = new UnleashMapper();

  @Override
  public String name() {
    return "unleash";
  }

  @Override
  public List<String> sources() {
    return List.of("/unleash/*");
  }

  @Override
  public boolean isAuthentic(Delivery delivery, byte[] secret, Instant now) {
    return Signature.isEqual(
        delivery
            .header("Authorization")
            .map(
                value ->
                    value.startsWith(BEARER) ? value.substring(BEARER.length()).strip() : value),
        new String(secret, StandardCharsets.UTF_8));
  }

  @Override
  public Told read(Delivery delivery) {
    JsonNode event = delivery.json();
    String type = event.path("type").asText("");
    return UnleashMapper.knows(type)
        ? Told.of(type, mapper.map(event, delivery.hook()))
        : Told.unknown(type);
  }
}
