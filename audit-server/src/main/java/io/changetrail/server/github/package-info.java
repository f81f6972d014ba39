// SPDX-License-Identifier: Apache-2.0
/** What GitHub's webhooks do not say, asked of its API. */
@NullMarked
package io.changetrail.server.github;

import org.jspecify.annotations.NullMarked;
