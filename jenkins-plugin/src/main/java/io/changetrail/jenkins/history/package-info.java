// SPDX-License-Identifier: Apache-2.0
/** What ran before the plugin was there: asked for by a button or a command, read from builds. */
@NullMarked
package io.changetrail.jenkins.history;

import org.jspecify.annotations.NullMarked;
