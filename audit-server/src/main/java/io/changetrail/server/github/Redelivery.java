// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Has GitHub deliver again what it could not: by itself it tries once and never again. An App of a
 * large organisation has hundreds of thousands of deliveries in three days, so only the first look
 * goes back that far, and each later one to the one before it.
 *
 * @see <a
 *     href="https://docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries">Handling
 *     failed webhook deliveries</a>
 */
final class Redelivery {
  /** GitHub keeps deliveries for as long. */
  private static final Duration KEPT = Duration.ofDays(3);

  /** An attempt appears in the list a little after others that are younger. */
  private static final Duration OVERLAP = Duration.ofMinutes(10);

  /** What failed so often will fail again. */
  private static final int MOST_TRIES = 5;

  private final GithubApi api;

  /** Those of which no attempt has come through yet, by the id that all attempts share. */
  private final Map<String, Failed> failed = new LinkedHashMap<>();

  /** Ids of the failed attempts that the last look found. */
  private Set<String> seen = Set.of();

  private Instant lookedAt = Instant.MIN;

  /** One attempt at a delivery. */
  private record Attempt(String id, String guid, String at) {}

  /**
   * A delivery that did not come through.
   *
   * @param attempt the newest one, which is the one to repeat
   * @param tries attempts that failed
   * @param asked how often it was asked for
   */
  private record Failed(String attempt, String deliveredAt, int tries, int asked) {
    boolean isHopeless() {
      return Math.max(tries, asked + 1) >= MOST_TRIES;
    }
  }

  Redelivery(GithubApi api) {
    this.api = api;
  }

  /**
   * Asks for the deliveries of the App of which no attempt came through.
   *
   * @return how many were asked for
   */
  int run(Instant now) throws IOException, InterruptedException {
    Instant kept = now.minus(KEPT);
    String from = (lookedAt.isAfter(kept) ? lookedAt.minus(OVERLAP) : kept).toString();
    Deque<Attempt> oldestFirst = new ArrayDeque<>();
    Set<String> came = new HashSet<>();
    api.eachOfApp(
        "/app/hook/deliveries?per_page=100",
        attempt -> {
          String at = attempt.path("delivered_at").asText();
          if (at.compareTo(from) <= 0) {
            return false;
          }
          String guid = attempt.path("guid").asText();
          int status = attempt.path("status_code").asInt();
          if (status < 200 || status >= 300) {
            oldestFirst.addFirst(new Attempt(attempt.path("id").asText(), guid, at));
          } else if (attempt.path("redelivery").asBoolean(true)) {
            came.add(guid); // what came at once, nearly all, needs no remembering
          }
          return true;
        });
    Set<String> before = seen;
    oldestFirst.stream().filter(attempt -> !before.contains(attempt.id())).forEach(this::note);
    seen = oldestFirst.stream().map(Attempt::id).collect(Collectors.toCollection(HashSet::new));
    failed.keySet().removeAll(came);
    failed.values().removeIf(one -> one.deliveredAt().compareTo(kept.toString()) < 0);
    lookedAt = now;
    return ask();
  }

  private void note(Attempt attempt) {
    Failed before = failed.get(attempt.guid());
    failed.put(
        attempt.guid(),
        new Failed(
            attempt.id(),
            attempt.at(),
            before == null ? 1 : before.tries() + 1,
            before == null ? 0 : before.asked()));
  }

  private int ask() throws IOException, InterruptedException {
    int asked = 0;
    for (Map.Entry<String, Failed> delivery : failed.entrySet()) {
      Failed one = delivery.getValue();
      if (one.isHopeless()) {
        continue;
      }
      int times = one.asked() + 1;
      try {
        api.postAsApp("/app/hook/deliveries/" + one.attempt() + "/attempts");
        asked++;
      } catch (ApiException e) {
        if (e.isPassing()) {
          throw e; // the rest of them come with the next look
        }
        times = MOST_TRIES; // GitHub does not have it any more, and there are others
      }
      delivery.setValue(new Failed(one.attempt(), one.deliveredAt(), one.tries(), times));
    }
    return asked;
  }
}
