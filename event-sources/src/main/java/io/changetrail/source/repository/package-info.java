// SPDX-License-Identifier: Apache-2.0
/** Configuration and flags that are files in a repository: what a commit did to them. */
@NullMarked
package io.changetrail.source.repository;

import org.jspecify.annotations.NullMarked;
