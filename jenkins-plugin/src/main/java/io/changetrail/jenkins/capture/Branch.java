// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import org.jspecify.annotations.Nullable;

/**
 * What a job of a multibranch project is for.
 *
 * @param name of the branch or tag; {@code PR-12} where it is a change request
 * @param changeRequest its number, and {@code null} for a branch
 * @param target the branch that the change request is to reach
 */
public record Branch(String name, @Nullable String changeRequest, @Nullable String target) {}
