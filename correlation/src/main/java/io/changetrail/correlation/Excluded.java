// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

/** A change that cannot have caused the anomaly, and why not. */
public record Excluded(CandidateChange change, String reason) {}
