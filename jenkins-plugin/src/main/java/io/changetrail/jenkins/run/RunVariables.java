// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.EnvVars;
import hudson.Extension;
import hudson.model.EnvironmentContributor;
import hudson.model.Run;
import hudson.model.TaskListener;
import java.util.List;

/** Tells later stages which events were recorded, so that what they start can name its cause. */
@Extension
public class RunVariables extends EnvironmentContributor {
  // As Jenkins declares it.
  @SuppressWarnings("rawtypes")
  @Override
  public void buildEnvironmentFor(Run run, EnvVars variables, TaskListener listener) {
    RecordedEvents recorded = ((Run<?, ?>) run).getAction(RecordedEvents.class);
    List<RecordedEvents.Entry> entries = recorded == null ? List.of() : recorded.getEntries();
    if (!entries.isEmpty()) {
      variables.put("CHANGETRAIL_SOURCE", entries.get(0).getSource());
      variables.put("CHANGETRAIL_RUN_EVENT", entries.get(0).getId());
      variables.put("CHANGETRAIL_LAST_EVENT", entries.get(entries.size() - 1).getId());
    }
  }
}
