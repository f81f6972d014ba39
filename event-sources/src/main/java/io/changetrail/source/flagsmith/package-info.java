// SPDX-License-Identifier: Apache-2.0
/** From Flagsmith's webhooks to audit events. Pure: no I/O, no clock. */
@NullMarked
package io.changetrail.source.flagsmith;

import org.jspecify.annotations.NullMarked;
