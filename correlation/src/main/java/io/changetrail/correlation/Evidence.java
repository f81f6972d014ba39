// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.Optional;

/**
 * One way of judging a change. Monotone: more of what it looks for never lowers the value; and
 * deterministic.
 */
interface Evidence {
  /** Empty where it has nothing to say, which leaves the score alone. */
  Optional<Factor> weigh(CandidateChange change, Situation situation);
}
