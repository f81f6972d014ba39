// SPDX-License-Identifier: Apache-2.0
/** Which names mean the same: the catalogue's files, and what people say beside them. */
@NullMarked
package io.changetrail.server.catalogue;

import org.jspecify.annotations.NullMarked;
