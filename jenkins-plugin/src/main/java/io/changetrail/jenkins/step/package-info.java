// SPDX-License-Identifier: Apache-2.0
/** The Pipeline steps. The whole package needs the plugin that Pipelines are made of. */
@NullMarked
package io.changetrail.jenkins.step;

import org.jspecify.annotations.NullMarked;
