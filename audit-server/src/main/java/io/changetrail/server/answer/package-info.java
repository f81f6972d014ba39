// SPDX-License-Identifier: Apache-2.0
/** The question that the product exists for: which change did it. */
@NullMarked
package io.changetrail.server.answer;

import org.jspecify.annotations.NullMarked;
