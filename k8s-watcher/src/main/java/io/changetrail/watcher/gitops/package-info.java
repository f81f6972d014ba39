// SPDX-License-Identifier: Apache-2.0
/** What Argo CD and Flux tell of their syncs: from which commit, of whom, how they ended. */
@NullMarked
package io.changetrail.watcher.gitops;

import org.jspecify.annotations.NullMarked;
