// SPDX-License-Identifier: Apache-2.0
/** The default store: one directory, one SQLite file, one writer. */
@NullMarked
package io.changetrail.store.embedded;

import org.jspecify.annotations.NullMarked;
