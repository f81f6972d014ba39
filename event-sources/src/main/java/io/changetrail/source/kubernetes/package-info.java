// SPDX-License-Identifier: Apache-2.0
/** From the audit log of a Kubernetes API server to audit events. Pure: no I/O, no clock. */
@NullMarked
package io.changetrail.source.kubernetes;

import org.jspecify.annotations.NullMarked;
