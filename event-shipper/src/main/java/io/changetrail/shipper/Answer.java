// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a server made of a request. */
sealed interface Answer {
  /** It is durable there, except for the events that are refused. */
  record Stored(List<Refusal> refusals) implements Answer {}

  /**
   * One event of the request that the server will never take as it is.
   *
   * @param superseded whether it was sent under a condition that no longer holds
   */
  record Refusal(int index, String reason, boolean superseded) {}

  /** The server will not take this request as it is, now or later. */
  record Refused(String reason) implements Answer {}

  /** Less at once may do. */
  record TooLarge(String reason) implements Answer {}

  /**
   * Nothing is known of the events: the same again later.
   *
   * @param after what the server asked for; {@code null} if nothing
   */
  record Later(@Nullable Duration after, String why) implements Answer {}
}
