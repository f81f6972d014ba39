// SPDX-License-Identifier: Apache-2.0
/** Which names mean the same service or environment. */
@NullMarked
package io.changetrail.model.catalogue;

import org.jspecify.annotations.NullMarked;
