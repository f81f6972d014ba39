// SPDX-License-Identifier: Apache-2.0
/** The plugin's configuration, and what tells the administrator how it fares. */
@NullMarked
package io.changetrail.jenkins;

import org.jspecify.annotations.NullMarked;
