// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import io.changetrail.model.AuditEvent;
import java.time.Instant;

/** Is told how capturing goes. */
public interface CaptureMetrics {
  /** An object was seen, and there is nothing to report for this reason. */
  void noise(String reason);

  /** An event was handed to the shipper. */
  void shipped(AuditEvent event, Instant now);

  /** An event of ours was no longer true when it came to the server. */
  void superseded();

  /** How many objects' states are held now. */
  void objects(int count);

  /** A list or watch of a type failed; it is tried again. */
  void failed(String type);
}
