// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Has GitHub deliver again what it could not: by itself it tries once and never again.
 *
 * @see <a
 *     href="https://docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries">Handling
 *     failed webhook deliveries</a>
 */
final class Redelivery {
  /** GitHub keeps deliveries for as long. */
  private static final Duration KEPT = Duration.ofDays(3);

  /** What failed so often will fail again. */
  private static final int MOST_TRIES = 5;

  private final GithubApi api;

  Redelivery(GithubApi api) {
    this.api = api;
  }

  /**
   * Asks for the deliveries of the App of which no attempt came through.
   *
   * @return how many were asked for
   */
  int run(Instant now) throws IOException, InterruptedException {
    String oldest = now.minus(KEPT).toString();
    List<JsonNode> attempts =
        api.listOfApp(
            "/app/hook/deliveries?per_page=100",
            attempt -> attempt.path("delivered_at").asText().compareTo(oldest) > 0);
    Set<String> arrived = new HashSet<>();
    Map<String, Integer> tries = new LinkedHashMap<>();
    Map<String, String> failed = new LinkedHashMap<>();
    for (JsonNode attempt : attempts) {
      String guid = attempt.path("guid").asText();
      int status = attempt.path("status_code").asInt();
      if (status >= 200 && status < 300) {
        arrived.add(guid);
      }
      tries.merge(guid, 1, Integer::sum);
      failed.putIfAbsent(guid, attempt.path("id").asText());
    }
    int asked = 0;
    for (Map.Entry<String, String> delivery : failed.entrySet()) {
      if (!arrived.contains(delivery.getKey())
          && tries.getOrDefault(delivery.getKey(), 0) < MOST_TRIES) {
        api.postAsApp("/app/hook/deliveries/" + delivery.getValue() + "/attempts");
        asked++;
      }
    }
    return asked;
  }
}
