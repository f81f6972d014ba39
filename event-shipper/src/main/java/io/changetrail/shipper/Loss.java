// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Instant;

/** Numbers of a source that will not come by themselves, and why. */
record Loss(String source, String epoch, long first, long last, String reason, Instant at) {}
