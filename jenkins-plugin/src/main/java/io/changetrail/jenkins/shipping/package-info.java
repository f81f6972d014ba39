// SPDX-License-Identifier: Apache-2.0
/** The controller's way to the audit server. Like the capture, it knows nothing of Jenkins. */
@NullMarked
package io.changetrail.jenkins.shipping;

import org.jspecify.annotations.NullMarked;
