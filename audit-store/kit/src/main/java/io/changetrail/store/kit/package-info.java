// SPDX-License-Identifier: Apache-2.0
/**
 * What each method of the {@link io.changetrail.store.AuditStore} means, as tests. An engine
 * extends {@link io.changetrail.store.kit.AuditStoreContract} and passes all of it.
 */
@NullMarked
package io.changetrail.store.kit;

import org.jspecify.annotations.NullMarked;
