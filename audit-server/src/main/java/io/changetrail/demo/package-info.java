// SPDX-License-Identifier: Apache-2.0
/**
 * A realistic night of a web shop, for trying Changetrail out.
 *
 * <p>Start at {@link io.changetrail.demo.DemoNight}.
 */
@NullMarked
package io.changetrail.demo;

import org.jspecify.annotations.NullMarked;
