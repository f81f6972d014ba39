// SPDX-License-Identifier: Apache-2.0
/**
 * The store of audit events as an interface: {@link io.changetrail.store.AuditStore} and the
 * records that it takes and gives. The kit beside this module defines what each method means.
 */
@NullMarked
package io.changetrail.store;

import org.jspecify.annotations.NullMarked;
