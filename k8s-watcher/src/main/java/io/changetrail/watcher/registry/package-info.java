// SPDX-License-Identifier: Apache-2.0
/** What registries tell of the images that run: the commit that they were built from. */
@NullMarked
package io.changetrail.watcher.registry;

import org.jspecify.annotations.NullMarked;
