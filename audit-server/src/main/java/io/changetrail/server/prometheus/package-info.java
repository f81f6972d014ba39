// SPDX-License-Identifier: Apache-2.0
/** Metrics from Prometheus: asked within bounds, believed within bounds. */
@NullMarked
package io.changetrail.server.prometheus;

import org.jspecify.annotations.NullMarked;
