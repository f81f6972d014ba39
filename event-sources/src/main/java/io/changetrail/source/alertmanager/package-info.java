// SPDX-License-Identifier: Apache-2.0
/** Notifications of the Prometheus Alertmanager. */
@NullMarked
package io.changetrail.source.alertmanager;

import org.jspecify.annotations.NullMarked;
