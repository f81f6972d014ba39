// SPDX-License-Identifier: Apache-2.0
/** What operators need: health, metrics, retention, backup. */
@NullMarked
package io.changetrail.server.operations;

import org.jspecify.annotations.NullMarked;
