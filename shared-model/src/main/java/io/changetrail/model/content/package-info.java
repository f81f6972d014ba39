// SPDX-License-Identifier: Apache-2.0
/** The bytes that say whether two events are the same, and those that a proof is made over. */
@NullMarked
package io.changetrail.model.content;

import org.jspecify.annotations.NullMarked;
