// SPDX-License-Identifier: Apache-2.0
/**
 * From what Jenkins knows to audit events: plain values in, events out. Nothing here touches
 * Jenkins itself, so all of it is tested without one.
 */
@NullMarked
package io.changetrail.jenkins.capture;

import org.jspecify.annotations.NullMarked;
