// SPDX-License-Identifier: Apache-2.0
/**
 * Every published figure: {@link io.changetrail.benchmarks.Figures} puts a real server under load,
 * beside what the machine can do at best.
 */
@NullMarked
package io.changetrail.benchmarks;

import org.jspecify.annotations.NullMarked;
