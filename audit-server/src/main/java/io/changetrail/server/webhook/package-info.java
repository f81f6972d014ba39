// SPDX-License-Identifier: Apache-2.0
/** Deliveries of other systems' webhooks: authenticated, mapped, stored, answered. */
@NullMarked
package io.changetrail.server.webhook;

import org.jspecify.annotations.NullMarked;
