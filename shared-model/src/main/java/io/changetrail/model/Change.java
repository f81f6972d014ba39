// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was changed, and how.
 *
 * @param phase where in its life the change was
 * @param action lower-case verb: {@code deploy}, {@code rollback}, {@code update}, {@code create},
 *     {@code delete}, {@code enable}, {@code disable}, {@code scale}, {@code merge}, {@code run} …
 * @param outcome how it ended; required when {@link Phase#FINISHED}, absent while it goes on
 * @param id the source's own id of the whole change, shared by its start, steps and finish, for
 *     example a GitHub deployment id or a Jenkins run; unique within the source
 * @param summary one line for people, free of secrets
 * @param reason why, in the words of whoever did it; personal free text
 * @param ticket id or URL of the ticket or approval
 * @param rollout share of traffic, users or replicas that has the change, in percent [0, 100]
 * @param rollbackOf the event whose change this one undoes, where known
 * @param observedLate the interval in which it happened, where its moment is not known
 * @param backfilled whether it was read from history rather than seen live
 */
public record Change(
    ChangeKind kind,
    Phase phase,
    String action,
    @Nullable Outcome outcome,
    @Nullable String id,
    String summary,
    @Nullable String reason,
    @Nullable String ticket,
    StateChange state,
    @Nullable Double rollout,
    @Nullable EventRef rollbackOf,
    @Nullable Interval observedLate,
    boolean backfilled) {

  /** The {@link #action} of a change that restores an earlier version, revision or value. */
  public static final String ROLLBACK = "rollback";

  /** The {@link #action} of a push that took commits away from its branch. */
  public static final String FORCE_PUSH = "force_push";

  /** The {@link #action} of a finding that something live is not as it was declared. */
  public static final String DRIFT = "drift";

  /** The {@link #action} of the end of a drift. */
  public static final String DRIFT_RESOLVED = "drift_resolved";

  public Change {
    Require.present("change.kind", kind);
    Require.present("change.phase", phase);
    Require.text("change.action", action, 64);
    Require.optionalText("change.id", id, 512);
    Require.text("change.summary", summary, 2048);
    Require.optionalText("change.reason", reason, 8192);
    Require.optionalText("change.ticket", ticket, 1024);
    Require.present("change.state", state);
    if (phase == Phase.FINISHED && outcome == null) {
      throw new InvalidEventException(
          "change.outcome", "is required when the phase is finished; say 'unknown' if it is");
    }
    if ((phase == Phase.STARTED || phase == Phase.PLANNED) && outcome != null) {
      throw new InvalidEventException(
          "change.outcome", "must be absent while the phase is " + phase.wireName());
    }
    if (rollout != null && !(rollout >= 0 && rollout <= 100)) {
      throw new InvalidEventException(
          "change.rollout", rollout + " is not a percentage between 0 and 100");
    }
  }

  /** A builder for a change of this kind in this phase. */
  public static Builder of(ChangeKind kind, Phase phase, String action) {
    return new Builder(kind, phase, action);
  }

  /** A percentage as people write it: without decimals that say nothing. */
  public static String percent(double share) {
    return share == Math.rint(share)
        ? String.format(Locale.ROOT, "%.0f %%", share)
        : String.format(Locale.ROOT, "%s %%", Math.round(share * 1000) / 1000.0);
  }

  public Optional<Outcome> ended() {
    return Optional.ofNullable(outcome);
  }

  public boolean isRollback() {
    return rollbackOf != null || action.equals(ROLLBACK);
  }

  /** A builder that starts from this change. */
  public Builder toBuilder() {
    Builder builder = new Builder(kind, phase, action);
    builder.outcome = outcome;
    builder.id = id;
    builder.summary = summary;
    builder.reason = reason;
    builder.ticket = ticket;
    builder.state = state;
    builder.rollout = rollout;
    builder.rollbackOf = rollbackOf;
    builder.observedLate = observedLate;
    builder.backfilled = backfilled;
    return builder;
  }

  /** Collects the optional parts of a {@link Change}. */
  public static final class Builder {
    private ChangeKind kind;
    private Phase phase;
    private String action;
    private @Nullable Outcome outcome;
    private @Nullable String id;
    private @Nullable String summary;
    private @Nullable String reason;
    private @Nullable String ticket;
    private StateChange state = StateChange.none();
    private @Nullable Double rollout;
    private @Nullable EventRef rollbackOf;
    private @Nullable Interval observedLate;
    private boolean backfilled;

    private Builder(ChangeKind kind, Phase phase, String action) {
      this.kind = kind;
      this.phase = phase;
      this.action = action;
    }

    public Builder kind(ChangeKind value) {
      kind = value;
      return this;
    }

    public Builder phase(Phase value) {
      phase = value;
      return this;
    }

    public Builder action(String value) {
      action = value;
      return this;
    }

    public Builder outcome(@Nullable Outcome value) {
      outcome = value;
      return this;
    }

    public Builder id(@Nullable String value) {
      id = value;
      return this;
    }

    public Builder summary(@Nullable String value) {
      summary = value;
      return this;
    }

    public Builder reason(@Nullable String value) {
      reason = value;
      return this;
    }

    public Builder ticket(@Nullable String value) {
      ticket = value;
      return this;
    }

    public Builder state(StateChange value) {
      state = value;
      return this;
    }

    public Builder rollout(@Nullable Double percentage) {
      rollout = percentage;
      return this;
    }

    public Builder rollbackOf(@Nullable EventRef value) {
      rollbackOf = value;
      return this;
    }

    public Builder observedLate(@Nullable Interval value) {
      observedLate = value;
      return this;
    }

    public Builder backfilled(boolean value) {
      backfilled = value;
      return this;
    }

    /** The change; without a summary of its own it gets one from kind, action and outcome. */
    public Change build() {
      String line =
          summary != null
              ? summary
              : action
                  + " ("
                  + kind
                  + " "
                  + (outcome != null ? outcome.wireName() : phase.wireName())
                  + ")";
      return new Change(
          kind,
          phase,
          action,
          outcome,
          id,
          line,
          reason,
          ticket,
          state,
          rollout,
          rollbackOf,
          observedLate,
          backfilled);
    }
  }
}
