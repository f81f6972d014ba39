// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a run began: one of Jenkins' causes.
 *
 * @param userId of the Jenkins account that asked for it; {@code null} where none did
 * @param userName its display name
 * @param upstream the run that asked for it; {@code null} where none did
 */
public record Trigger(
    Kind kind, @Nullable String userId, @Nullable String userName, @Nullable Upstream upstream) {

  /** What sort of cause it is. */
  public enum Kind {
    USER,
    UPSTREAM,
    SCM,
    TIMER,
    REPLAY,
    REBUILD,
    REMOTE,
    OTHER;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The run that started this one.
   *
   * @param started when it began; {@code null} where it is gone
   * @param triggers why that one began
   */
  public record Upstream(
      String job, int number, @Nullable Instant started, List<Trigger> triggers) {
    public Upstream {
      triggers = List.copyOf(triggers);
    }
  }

  public static Trigger of(Kind kind) {
    return new Trigger(kind, null, null, null);
  }

  /** Somebody pressed the button, or asked for it through the API. */
  public static Trigger user(@Nullable String id, @Nullable String name) {
    return new Trigger(Kind.USER, id, name, null);
  }

  public static Trigger upstream(Upstream run) {
    return new Trigger(Kind.UPSTREAM, null, null, run);
  }
}
