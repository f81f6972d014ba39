// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalLong;

/** The pod templates that workloads had before. */
public interface TemplateHistory {
  /**
   * The revision that a workload goes back to: that of its new template, if it is an earlier one
   * than that of the template which it replaces.
   */
  OptionalLong backTo(String workloadUid, JsonNode template, JsonNode replaced);
}
