// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.openfeature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.source.Delivery;
import io.changetrail.source.StandardWebhooks;
import io.changetrail.source.WebhookProvider;
import java.time.Instant;
import java.util.List;

/**
 * The hook for flag systems without one of their own kind here: a CloudEvent that tells of a flag
 * in flagd's form, or any event of the ingest API.
 *
 * @see StandardWebhooks
 */
public final class OpenFeatureWebhook implements WebhookProvider {
  private final CloudEventsCodec codec = new CloudEventsCodec();

  @Override
  public String name() {
    return "openfeature";
  }

  @Override
  public List<String> sources() {
    return List.of();
  }

  @Override
  public boolean isAuthentic(Delivery delivery, byte[] secret, Instant now) {
    return StandardWebhooks.isAuthentic(delivery, secret, now);
  }

  @Override
  public Told read(Delivery delivery) {
    JsonNode event = delivery.json();
    String type = event.path("type").asText("");
    if (type.equals(FlagChangeMapper.TYPE)) {
      return Told.of(type, List.of(FlagChangeMapper.map(event)));
    }
    return type.startsWith("dev.cdevents") && event instanceof ObjectNode envelope
        ? Told.of(type, List.of(codec.decode(envelope)))
        : Told.unknown(type);
  }
}
