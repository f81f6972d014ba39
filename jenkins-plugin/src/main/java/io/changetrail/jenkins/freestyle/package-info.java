// SPDX-License-Identifier: Apache-2.0
/**
 * For freestyle jobs: a build step that begins a deployment, and a post-build action that ends it.
 */
@NullMarked
package io.changetrail.jenkins.freestyle;

import org.jspecify.annotations.NullMarked;
