// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.flagsmith;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.source.Delivery;
import io.changetrail.source.Signature;
import io.changetrail.source.WebhookProvider;
import java.time.Instant;
import java.util.List;

/**
 * Webhooks of Flagsmith environments and organisations.
 *
 * @see <a
 *     href="https://docs.flagsmith.com/administration-and-security/platform-configuration/environment-settings#webhook-signature">Webhook
 *     signature</a>
 */
public final class FlagsmithWebhook implements WebhookProvider {
  private final FlagsmithMapper mapper = new FlagsmithMapper();

  @Override
  public String name() {
    return "flagsmith";
  }

  @Override
  public List<String> sources() {
    return List.of("/flagsmith/*");
  }

  @Override
  public boolean isAuthentic(Delivery delivery, byte[] secret, Instant now) {
    return Signature.isHexHmac(
        delivery.header("X-Flagsmith-Signature"), "", secret, delivery.body());
  }

  @Override
  public Told read(Delivery delivery) {
    JsonNode payload = delivery.json();
    String type = payload.path("event_type").asText("");
    return FlagsmithMapper.knows(type)
        ? Told.of(type, mapper.map(payload, delivery.hook()))
        : Told.unknown(type);
  }
}
