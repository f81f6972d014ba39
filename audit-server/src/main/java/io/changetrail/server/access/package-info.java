// SPDX-License-Identifier: Apache-2.0
/** Who may send and read what: tokens, their file, and development mode on one machine. */
@NullMarked
package io.changetrail.server.access;

import org.jspecify.annotations.NullMarked;
