// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code changetrail} command: {@link io.changetrail.cli.Changetrail} names the commands, each
 * of which is a class of its own here.
 */
@NullMarked
package io.changetrail.cli;

import org.jspecify.annotations.NullMarked;
