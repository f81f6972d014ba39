// SPDX-License-Identifier: Apache-2.0
/** The server's settings: one YAML file, the environment, and flags. */
@NullMarked
package io.changetrail.server.config;

import org.jspecify.annotations.NullMarked;
