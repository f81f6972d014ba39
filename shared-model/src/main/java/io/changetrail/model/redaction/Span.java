// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

/** A part of a text: from {@code start} to before {@code end}. */
record Span(int start, int end) {}
