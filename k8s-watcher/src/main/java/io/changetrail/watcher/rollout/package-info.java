// SPDX-License-Identifier: Apache-2.0
/** How rollouts go on and end, as the status of workloads and pods tells. */
@NullMarked
package io.changetrail.watcher.rollout;

import org.jspecify.annotations.NullMarked;
