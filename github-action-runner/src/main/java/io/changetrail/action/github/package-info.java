// SPDX-License-Identifier: Apache-2.0
/** What GitHub's REST API adds to the payload. */
@NullMarked
package io.changetrail.action.github;

import org.jspecify.annotations.NullMarked;
