// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import org.jspecify.annotations.Nullable;

/**
 * A parameter of a run.
 *
 * @param value {@code null} where it has none that can be written
 * @param sensitive whether Jenkins itself hides it; its value is never read then
 */
public record Parameter(String name, @Nullable String value, boolean sensitive) {}
