// SPDX-License-Identifier: Apache-2.0
/** The audit server as the keeper of recorded states. */
@NullMarked
package io.changetrail.watcher.recorded;

import org.jspecify.annotations.NullMarked;
