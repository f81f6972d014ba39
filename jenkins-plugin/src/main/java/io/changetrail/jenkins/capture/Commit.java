// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import org.jspecify.annotations.Nullable;

/** A commit that a run has and the one before it had not. */
public record Commit(String revision, @Nullable String author, @Nullable String message) {}
