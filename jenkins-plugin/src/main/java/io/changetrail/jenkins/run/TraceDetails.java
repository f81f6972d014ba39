// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.model.Run;
import io.jenkins.plugins.opentelemetry.job.MonitoringAction;
import org.jspecify.annotations.Nullable;

/** The span that the OpenTelemetry plugin opens for each run. */
@Extension(optional = true)
public class TraceDetails extends RunDetails {

  @Override
  @Nullable String traceparent(Run<?, ?> run) {
    MonitoringAction action = run.getAction(MonitoringAction.class);
    return action == null ? null : traceparent(action);
  }

  private static String traceparent(MonitoringAction action) {
    return "00-" + action.getTraceId() + "-" + action.getSpanId() + "-01";
  }
}
