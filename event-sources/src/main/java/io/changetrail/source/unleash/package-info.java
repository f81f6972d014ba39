// SPDX-License-Identifier: Apache-2.0
/** From Unleash's webhooks to audit events. Pure: no I/O, no clock. */
@NullMarked
package io.changetrail.source.unleash;

import org.jspecify.annotations.NullMarked;
