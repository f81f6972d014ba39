// SPDX-License-Identifier: Apache-2.0
/** The pages that people open in a browser: their files, served from the class path. */
@NullMarked
package io.changetrail.server.web;

import org.jspecify.annotations.NullMarked;
