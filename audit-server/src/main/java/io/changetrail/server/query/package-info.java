// SPDX-License-Identifier: Apache-2.0
/** How events are found and shown: filters, pages, changes, states, lineage, streams. */
@NullMarked
package io.changetrail.server.query;

import org.jspecify.annotations.NullMarked;
