// SPDX-License-Identifier: Apache-2.0
/** What people did by hand, as only the audit log tells. */
@NullMarked
package io.changetrail.watcher.access;

import org.jspecify.annotations.NullMarked;
