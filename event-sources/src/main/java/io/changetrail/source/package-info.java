// SPDX-License-Identifier: Apache-2.0
/**
 * What the mappers of foreign payloads share: reading JSON that someone else wrote, and image
 * references. Each provider has a package of its own below.
 */
@NullMarked
package io.changetrail.source;

import org.jspecify.annotations.NullMarked;
