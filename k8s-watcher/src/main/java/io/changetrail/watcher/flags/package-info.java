// SPDX-License-Identifier: Apache-2.0
/** Feature flags that lie in objects of the cluster. */
@NullMarked
package io.changetrail.watcher.flags;

import org.jspecify.annotations.NullMarked;
