// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.model.Interval;

/**
 * When the anomaly began, as well as is known.
 *
 * @param interval the beginning lies within it
 * @param basis one sentence: what this was read from
 */
public record Onset(Interval interval, String basis) {}
