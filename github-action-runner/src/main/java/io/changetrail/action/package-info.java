// SPDX-License-Identifier: Apache-2.0
/** The GitHub action: what a job of a workflow deploys, as audit events. */
@NullMarked
package io.changetrail.action;

import org.jspecify.annotations.NullMarked;
