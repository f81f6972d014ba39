// SPDX-License-Identifier: Apache-2.0
/** What folders say of the jobs in them. The whole package needs the plugin that makes folders. */
@NullMarked
package io.changetrail.jenkins.folder;

import org.jspecify.annotations.NullMarked;
