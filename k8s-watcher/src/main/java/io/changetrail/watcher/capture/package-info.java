// SPDX-License-Identifier: Apache-2.0
/** What changed: each live object compared with the state that was last recorded of it. */
@NullMarked
package io.changetrail.watcher.capture;

import org.jspecify.annotations.NullMarked;
