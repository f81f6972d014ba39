// SPDX-License-Identifier: Apache-2.0
/** The job that the action runs in: its variables and payload, its inputs, and what it is told. */
@NullMarked
package io.changetrail.action.workflow;

import org.jspecify.annotations.NullMarked;
