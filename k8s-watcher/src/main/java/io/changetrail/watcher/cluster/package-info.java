// SPDX-License-Identifier: Apache-2.0
/** The Kubernetes API as the watcher uses it: lists, watches and single objects, as trees. */
@NullMarked
package io.changetrail.watcher.cluster;

import org.jspecify.annotations.NullMarked;
