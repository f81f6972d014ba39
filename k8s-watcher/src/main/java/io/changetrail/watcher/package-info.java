// SPDX-License-Identifier: Apache-2.0
/** The Kubernetes watcher: what changed in a cluster, by whom, and from which commit. */
@NullMarked
package io.changetrail.watcher;

import org.jspecify.annotations.NullMarked;
