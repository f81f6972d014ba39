// SPDX-License-Identifier: Apache-2.0
/** Live objects beside what was declared of them. */
@NullMarked
package io.changetrail.watcher.drift;

import org.jspecify.annotations.NullMarked;
