// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.store.SourceDeclaration.Loss;
import io.changetrail.store.SourceStatus;
import io.changetrail.store.SourceStatus.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the numbers and declarations of a source say about loss at one moment.
 *
 * @param missing how many numbered events have not come and are not merely late
 * @param behind how many the source says it gave out that are still expected to come
 * @param gaps the missing ones by place, sequence by sequence
 * @param silent since when nothing came although a heartbeat was promised; {@code null} if it is
 *     well, or promised nothing
 */
public record SourceAccount(
    SourceStatus status,
    Continuity continuity,
    long missing,
    long behind,
    List<Gap> gaps,
    @Nullable Instant silent) {

  /** How long a declared number may be on its way before it counts as missing. */
  static final Duration GRACE = Duration.ofSeconds(30);

  /** One heartbeat may get lost on the way, or come a little late. */
  private static final int HEARTBEATS = 2;

  public SourceAccount {
    gaps = List.copyOf(gaps);
  }

  /** Whether everything came. */
  public enum Continuity {
    /** Every number of every sequence has come. */
    COMPLETE,
    /** Numbers are missing. */
    GAPS,
    /** A sequence began anew without saying where the one before ended. */
    UNKNOWN,
    /** The source does not number its events. */
    NOT_COUNTED;

    /** As it stands in answers. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * Numbers that have not come.
   *
   * @param after {@code time} of the event before them; {@code null} if there is none
   * @param before {@code time} of the event behind them; {@code null} if there is none
   * @param reason what the source says why; {@code null} if it says nothing
   * @param lostAt when they were lost, by the source's clock, where it says so
   */
  public record Gap(
      String installation,
      String epoch,
      long first,
      long last,
      @Nullable Instant after,
      @Nullable Instant before,
      @Nullable String reason,
      @Nullable Instant lostAt) {
    long size() {
      return last - first + 1;
    }
  }

  /** The account of a source as of {@code now}, by the server's clock. */
  public static SourceAccount of(SourceStatus source, Instant now) {
    List<Gap> gaps = new ArrayList<>();
    long missing = 0;
    long behind = 0;
    boolean unknown = false;
    for (Epoch epoch : source.epochs()) {
      epoch
          .missing()
          .forEach(gap -> explain(epoch, gap.first(), gap.last(), gap.after(), gap.before(), gaps));
      missing = plus(missing, epoch.older());
      long end = end(epoch, source.epochs());
      if (end > epoch.last()) {
        List<Gap> ahead = new ArrayList<>();
        explain(epoch, epoch.last() + 1, end, epoch.lastTime(), null, ahead);
        boolean over = isOver(epoch, source.epochs(), now);
        for (Gap gap : ahead) {
          // What the source itself calls lost is not on its way.
          if (over || gap.reason() != null) {
            gaps.add(gap);
          } else {
            behind = plus(behind, gap.size());
          }
        }
      }
      unknown |= !continues(epoch, source.epochs());
    }
    missing = plus(missing, gaps.stream().mapToLong(Gap::size).reduce(0, SourceAccount::plus));
    return new SourceAccount(
        source,
        continuity(source, missing, unknown),
        missing,
        behind,
        gaps,
        silentSince(source, now));
  }

  /** Numbers are the source's to choose: of more than can be counted as many as can be. */
  private static long plus(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }

  private static Continuity continuity(SourceStatus source, long missing, boolean unknown) {
    if (source.epochs().isEmpty()) {
      return Continuity.NOT_COUNTED;
    }
    if (missing > 0) {
      return Continuity.GAPS;
    }
    return unknown ? Continuity.UNKNOWN : Continuity.COMPLETE;
  }

  /** The highest number of a sequence that anything tells of. */
  private static long end(Epoch epoch, List<Epoch> all) {
    long end = Math.max(epoch.last(), epoch.declared());
    for (Epoch other : all) {
      if (epoch.epoch().equals(other.previousEpoch())
          && epoch.installation().equals(other.installation())
          && other.previousLast() != null) {
        end = Math.max(end, other.previousLast());
      }
    }
    return end;
  }

  /** Whether what has not come of the end of a sequence counts as missing by now. */
  private static boolean isOver(Epoch epoch, List<Epoch> all, Instant now) {
    Instant lastMove =
        latest(epoch.declaredAt(), epoch.arrived() == null ? epoch.heard() : epoch.arrived());
    return epoch.ended() || isReplaced(epoch, all) || lastMove.plus(GRACE).isBefore(now);
  }

  private static Instant latest(@Nullable Instant one, Instant other) {
    return one != null && one.isAfter(other) ? one : other;
  }

  private static boolean isReplaced(Epoch epoch, List<Epoch> all) {
    int place = all.indexOf(epoch);
    return all.subList(place + 1, all.size()).stream()
        .anyMatch(later -> later.installation().equals(epoch.installation()));
  }

  /** Whether nothing can have got lost between this sequence and the one before. */
  private static boolean continues(Epoch epoch, List<Epoch> all) {
    List<Epoch> own =
        all.stream().filter(other -> other.installation().equals(epoch.installation())).toList();
    Epoch before = null;
    for (Epoch other : own) {
      if (other.epoch().equals(epoch.previousEpoch())) {
        // Maybe further down: a new epoch may be heard of before what was left of the old one.
        return other.ended() || epoch.previousLast() != null;
      }
    }
    for (Epoch other : own.subList(0, own.indexOf(epoch))) {
      before = epoch.epoch().equals(other.previousEpoch()) ? before : other;
    }
    return before == null ? epoch.previousEpoch() == null : before.ended();
  }

  /** Adds the numbers as gaps, cut so that each has one reason. */
  private static void explain(
      Epoch epoch,
      long first,
      long last,
      @Nullable Instant after,
      @Nullable Instant before,
      List<Gap> gaps) {
    long next = first;
    for (Loss loss : epoch.lost().stream().sorted(Comparator.comparingLong(Loss::first)).toList()) {
      long from = Math.max(next, loss.first());
      long to = Math.min(last, loss.last());
      if (from > to) {
        continue;
      }
      if (from > next) {
        gaps.add(gap(epoch, next, from - 1, after, before, null));
      }
      gaps.add(gap(epoch, from, to, after, before, loss));
      if (to == last) {
        return; // there may be no number behind it
      }
      next = to + 1;
    }
    if (next <= last) {
      gaps.add(gap(epoch, next, last, after, before, null));
    }
  }

  private static Gap gap(
      Epoch epoch,
      long first,
      long last,
      @Nullable Instant after,
      @Nullable Instant before,
      @Nullable Loss loss) {
    return new Gap(
        epoch.installation(),
        epoch.epoch(),
        first,
        last,
        after,
        before,
        loss == null ? null : loss.reason(),
        loss == null ? null : loss.at());
  }

  private static @Nullable Instant silentSince(SourceStatus source, Instant now) {
    Instant since = null;
    for (Epoch epoch : source.epochs()) {
      Duration heartbeat = epoch.heartbeat();
      if (heartbeat != null
          && !epoch.ended()
          && !isReplaced(epoch, source.epochs())
          && epoch.heard().plus(heartbeat.multipliedBy(HEARTBEATS)).isBefore(now)
          && (since == null || epoch.heard().isBefore(since))) {
        since = epoch.heard();
      }
    }
    return since;
  }
}
