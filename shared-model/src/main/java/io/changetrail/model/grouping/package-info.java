// SPDX-License-Identifier: Apache-2.0
/** From what was observed to what people reason about: real changes. */
@NullMarked
package io.changetrail.model.grouping;

import org.jspecify.annotations.NullMarked;
