// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what no delivery told, round after round through the repositories of an App. One that
 * GitHub fails at is passed by, and asked again in a later round for all that it missed; how far
 * each of these was read is kept in a file.
 */
final class Reconciliation {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

  /** Between two turns. */
  static final Duration PAUSE = Duration.ofMinutes(5);

  /** What is younger may still be on its way as a delivery, which says more. */
  private static final Duration SETTLED = Duration.ofMinutes(10);

  /** So many in each turn are far from what GitHub allows an App to ask. */
  private static final int REPOSITORIES_AT_ONCE = 20;

  /** Then what happens now has its turn: GitHub may be slow. */
  private static final Duration LONGEST_TURN = Duration.ofMinutes(1);

  /** What began before may have ended since: few runs and approvals take longer. */
  private static final Duration LONGEST_RUN = Duration.ofDays(1);

  private static final Duration LONGEST_PAUSE = Duration.ofHours(6);

  /** Each try reads all that was missed, so that may not grow for ever. */
  private static final Duration FARTHEST_BEHIND = Duration.ofDays(7);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final GithubApi api;
  private final GithubStore into;
  private final AskingObserver observer;
  private final InstantSource clock;
  private final Path readTo;
  private final Path readToOfThoseBehind;

  /** Those that were not read in their last round, by their full name. */
  private final Map<String, Behind> behind = new TreeMap<>();

  private final Deque<JsonNode> left = new ArrayDeque<>();

  private final Gaps unreadable;

  private Instant until = Instant.MIN;

  /**
   * A repository that GitHub fails at.
   *
   * @param since what happened later is not read yet
   * @param tries that failed in a row
   * @param next not before is it asked again
   */
  private record Behind(Instant since, int tries, Instant next) {}

  /**
   * Nothing is read before the first turn.
   *
   * @param name of this GitHub in the settings
   * @param directory of the files that say how far was read
   */
  Reconciliation(
      String name,
      GithubApi api,
      GithubStore into,
      AskingObserver observer,
      Path directory,
      InstantSource clock) {
    this.name = name;
    unreadable = new Gaps(name);
    this.api = api;
    this.into = into;
    this.observer = observer;
    this.clock = clock;
    readTo = directory.resolve(name + ".reconciled");
    readToOfThoseBehind = directory.resolve(name + ".behind");
  }

  /** Goes on with the round, or begins the next one. */
  void turn() throws IOException, InterruptedException {
    if (api.isScarce()) {
      return; // what may still be asked within the hour is for what happens now
    }
    if (left.isEmpty()) {
      begin();
    }
    Instant since =
        Files.exists(readTo)
            ? Instant.ofEpochMilli(GithubWorker.kept(readTo))
            : until.minus(GithubWorker.FIRST_LOOK);
    Instant end = clock.instant().plus(LONGEST_TURN);
    int found = 0;
    for (int i = 0; i < REPOSITORIES_AT_ONCE && !left.isEmpty(); i++) {
      if (api.isScarce() || !clock.instant().isBefore(end)) {
        break;
      }
      found += reconcile(left.element(), since);
      left.remove();
    }
    if (left.isEmpty()) {
      GithubWorker.keep(readTo, Long.toString(until.toEpochMilli()));
    }
    observer.behind(name, behind.size());
    if (found > 0) {
      LOG.info("github.{}: {} events that no delivery told were found", name, found);
    }
  }

  private void begin() throws IOException, InterruptedException {
    until = clock.instant().minus(SETTLED);
    List<JsonNode> all = api.repositories();
    if (behind.isEmpty() && Files.exists(readToOfThoseBehind)) {
      readBehind();
    }
    behind.keySet().retainAll(all.stream().map(Reconciliation::name).collect(Collectors.toSet()));
    left.addAll(all);
  }

  /** How many events were new. */
  private int reconcile(JsonNode repository, Instant roundSince)
      throws IOException, InterruptedException {
    Behind late = behind.get(name(repository));
    if (late != null && clock.instant().isBefore(late.next())) {
      return 0;
    }
    Instant since = late == null ? roundSince : later(late.since(), until.minus(FARTHEST_BEHIND));
    GithubHistory.Found history =
        new GithubHistory(api)
            .moved(repository, since.minus(GithubWorker.OVERLAP), since.minus(LONGEST_RUN), into);
    List<AuditEvent> settled =
        history.events().stream().filter(event -> event.time().isBefore(until)).toList();
    int found = into.append(into.unknown(settled));
    unreadable.tell(name(repository), history.gaps());
    if (history.failure() != null) {
      postpone(repository, since, late == null ? 0 : late.tries(), history.failure());
    } else if (late != null) {
      behind.remove(name(repository));
      keepBehind();
      LOG.info("github.{}: {} is read again, from {} on", name, name(repository), since);
    }
    return found;
  }

  /**
   * Has the others go on. If GitHub answers to nothing at all, the repository is not to blame, and
   * the round waits.
   */
  private void postpone(JsonNode repository, Instant since, int tries, ApiException failure)
      throws IOException, InterruptedException {
    if (!api.answers()) {
      throw failure;
    }
    Duration pause = PAUSE.multipliedBy(1L << Math.min(tries, 10));
    pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    behind.put(name(repository), new Behind(since, tries + 1, clock.instant().plus(pause)));
    keepBehind();
    LOG.warn(
        "github.{}: {} is not wholly read since {}: {}; again in {} min",
        name,
        name(repository),
        since,
        failure.getMessage(),
        pause.toMinutes());
  }

  private void keepBehind() throws IOException {
    ObjectNode since = JsonNodeFactory.instance.objectNode();
    behind.forEach((repository, late) -> since.put(repository, late.since().toEpochMilli()));
    GithubWorker.keep(readToOfThoseBehind, since.toString());
  }

  private void readBehind() throws IOException {
    try {
      for (Map.Entry<String, JsonNode> one :
          JSON.readTree(readToOfThoseBehind.toFile()).properties()) {
        Instant since = Instant.ofEpochMilli(one.getValue().asLong());
        behind.put(one.getKey(), new Behind(since, 0, Instant.MIN));
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          readToOfThoseBehind + " holds no JSON; delete it, and what it named is read from now on",
          e);
    }
  }

  private static String name(JsonNode repository) {
    return repository.path("full_name").asText();
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
