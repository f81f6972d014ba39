// SPDX-License-Identifier: Apache-2.0
/** Takes secrets out of events before anything keeps, sends or prints them. */
@NullMarked
package io.changetrail.model.redaction;

import org.jspecify.annotations.NullMarked;
