// SPDX-License-Identifier: Apache-2.0
/** How events and baselines come in: decoded, checked, redacted, stored. */
@NullMarked
package io.changetrail.server.ingest;

import org.jspecify.annotations.NullMarked;
