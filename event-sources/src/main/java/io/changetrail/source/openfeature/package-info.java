// SPDX-License-Identifier: Apache-2.0
/**
 * Feature flags of any OpenFeature provider, in flagd's form of a flag definition, by a hook that
 * anybody can call: a CloudEvent, signed as Standard Webhooks has it. Pure: no I/O, no clock.
 */
@NullMarked
package io.changetrail.source.openfeature;

import org.jspecify.annotations.NullMarked;
