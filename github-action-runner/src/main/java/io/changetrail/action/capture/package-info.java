// SPDX-License-Identifier: Apache-2.0
/** From a job to audit events. Pure: no I/O, no clock. */
@NullMarked
package io.changetrail.action.capture;

import org.jspecify.annotations.NullMarked;
