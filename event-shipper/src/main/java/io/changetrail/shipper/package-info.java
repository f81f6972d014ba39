// SPDX-License-Identifier: Apache-2.0
/** The spool on disk from which events are sent to audit servers. */
@NullMarked
package io.changetrail.shipper;

import org.jspecify.annotations.NullMarked;
