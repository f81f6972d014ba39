// SPDX-License-Identifier: Apache-2.0
/** From GitHub webhooks to audit events. Pure: no I/O, no clock. */
@NullMarked
package io.changetrail.source.github;

import org.jspecify.annotations.NullMarked;
