// SPDX-License-Identifier: Apache-2.0
/**
 * How good the ranking is: recorded incidents whose cause is known, judged by the engine and by
 * simple rules beside it.
 */
@NullMarked
package io.changetrail.correlation.evaluation;

import org.jspecify.annotations.NullMarked;
