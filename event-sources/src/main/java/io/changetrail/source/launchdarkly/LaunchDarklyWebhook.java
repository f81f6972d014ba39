// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.launchdarkly;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.source.Delivery;
import io.changetrail.source.Signature;
import io.changetrail.source.WebhookProvider;
import java.time.Instant;
import java.util.List;

/**
 * LaunchDarkly's webhooks, which send entries of its audit log.
 *
 * @see <a href="https://launchdarkly.com/docs/integrations/webhooks">Webhooks</a>
 */
public final class LaunchDarklyWebhook implements WebhookProvider {
  private final LaunchDarklyMapper mapper = new LaunchDarklyMapper();

  @Override
  public String name() {
    return "launchdarkly";
  }

  @Override
  public List<String> sources() {
    return List.of("/launchdarkly/*");
  }

  @Override
  public boolean isAuthentic(Delivery delivery, byte[] secret, Instant now) {
    return Signature.isHexHmac(delivery.header("X-LD-Signature"), "", secret, delivery.body());
  }

  @Override
  public Told read(Delivery delivery) {
    JsonNode entry = delivery.json();
    String kind = entry.path("kind").asText("");
    return kind.equals("flag") ? Told.of(kind, mapper.map(entry)) : Told.unknown(kind);
  }
}
