// SPDX-License-Identifier: Apache-2.0
/** How the process runs: configuration, leadership, health, metrics. */
@NullMarked
package io.changetrail.watcher.operation;

import org.jspecify.annotations.NullMarked;
