// SPDX-License-Identifier: Apache-2.0
/** From LaunchDarkly's audit-log webhooks to audit events. Pure: no I/O, no clock. */
@NullMarked
package io.changetrail.source.launchdarkly;

import org.jspecify.annotations.NullMarked;
