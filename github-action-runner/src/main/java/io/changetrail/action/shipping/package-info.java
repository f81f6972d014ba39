// SPDX-License-Identifier: Apache-2.0
/** How the events of a job reach the audit server before its runner is gone. */
@NullMarked
package io.changetrail.action.shipping;

import org.jspecify.annotations.NullMarked;
