// SPDX-License-Identifier: Apache-2.0
/** Who changed it, and how well that is known. */
@NullMarked
package io.changetrail.watcher.attribution;

import org.jspecify.annotations.NullMarked;
