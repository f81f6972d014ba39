// SPDX-License-Identifier: Apache-2.0
/** Runs of jobs: what Jenkins knows of them, and when it is told. */
@NullMarked
package io.changetrail.jenkins.run;

import org.jspecify.annotations.NullMarked;
