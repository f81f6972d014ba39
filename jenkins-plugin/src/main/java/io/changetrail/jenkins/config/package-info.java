// SPDX-License-Identifier: Apache-2.0
/** Changes of Jenkins' own configuration. */
@NullMarked
package io.changetrail.jenkins.config;

import org.jspecify.annotations.NullMarked;
