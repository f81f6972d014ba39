// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.model.Interval;
import java.util.List;
import java.util.Locale;

/**
 * Which change caused the anomaly, as far as the evidence goes.
 *
 * @param verdict what may be said
 * @param reason the verdict in one sentence
 * @param suspects strongest first; after {@link Verdict#NONE} a list of low confidence
 * @param moreSuspects how many there are beyond those listed
 * @param excluded what cannot have been it, with reasons
 * @param moreExcluded how many there are beyond those listed
 * @param onset when the anomaly began
 * @param searched what was looked at
 * @param silentSources sources that should have reported and did not: a change of theirs would be
 *     missing here
 */
public record Answer(
    Verdict verdict,
    String reason,
    List<Suspect> suspects,
    int moreSuspects,
    List<Excluded> excluded,
    int moreExcluded,
    Onset onset,
    Searched searched,
    List<String> silentSources) {

  /** What may be said about the cause. */
  public enum Verdict {
    /** One change stands out. */
    EXPLAINED,
    /** Several changes explain it about equally well. */
    AMBIGUOUS,
    /** No recorded change explains it. */
    NONE;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What was looked at.
   *
   * @param window in which changes were sought
   * @param candidates how many changes were judged
   * @param services those on which changes were sought: the alerting one and all that calls join to
   *     it
   * @param series how many metric series came with the question
   */
  public record Searched(Interval window, int candidates, List<String> services, int series) {
    public Searched {
      services = List.copyOf(services);
    }
  }

  public Answer {
    suspects = List.copyOf(suspects);
    excluded = List.copyOf(excluded);
    silentSources = List.copyOf(silentSources);
  }

  public Answer withSilentSources(List<String> silent) {
    return new Answer(
        verdict, reason, suspects, moreSuspects, excluded, moreExcluded, onset, searched, silent);
  }
}
