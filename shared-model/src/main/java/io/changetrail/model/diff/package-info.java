// SPDX-License-Identifier: Apache-2.0
/** What differs between two states, for machines (RFC 6902) and for people (one line). */
@NullMarked
package io.changetrail.model.diff;

import org.jspecify.annotations.NullMarked;
