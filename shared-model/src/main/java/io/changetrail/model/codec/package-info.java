// SPDX-License-Identifier: Apache-2.0
/** Audit events on the wire: CloudEvents 1.0 whose data is a CDEvents event. */
@NullMarked
package io.changetrail.model.codec;

import org.jspecify.annotations.NullMarked;
