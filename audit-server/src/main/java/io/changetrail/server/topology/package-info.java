// SPDX-License-Identifier: Apache-2.0
/** Who calls whom: declared, or derived from traces. */
@NullMarked
package io.changetrail.server.topology;

import org.jspecify.annotations.NullMarked;
