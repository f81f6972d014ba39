// SPDX-License-Identifier: Apache-2.0
/**
 * The HTTP kernel: routes, bounded requests, problems as answers. It knows nothing of events.
 *
 * <p>Start at {@link io.changetrail.server.http.Route} and {@link
 * io.changetrail.server.http.Endpoint}.
 */
@NullMarked
package io.changetrail.server.http;

import org.jspecify.annotations.NullMarked;
