// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.ExtensionList;
import hudson.ExtensionPoint;
import hudson.model.Run;
import io.changetrail.jenkins.capture.Branch;
import io.changetrail.jenkins.capture.Checkout;
import io.changetrail.jenkins.capture.History;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What another plugin knows of a run; each is loaded only where that plugin is. */
public abstract class RunDetails implements ExtensionPoint {
  static ExtensionList<RunDetails> all() {
    return ExtensionList.lookup(RunDetails.class);
  }

  /** What was checked out; nothing where this plugin did not. */
  List<Checkout> checkouts(Run<?, ?> run) {
    return List.of();
  }

  /** The branch or change request that the job is for. */
  @Nullable Branch branch(Run<?, ?> run) {
    return null;
  }

  /** The revision that the run was started for. */
  @Nullable String revision(Run<?, ?> run) {
    return null;
  }

  /** The stages that a run had which has ended. */
  List<History.Stage> stages(Run<?, ?> run) {
    return List.of();
  }

  /** The nodes that a run has run on which has ended, in order. */
  List<String> nodes(Run<?, ?> run) {
    return List.of();
  }

  /** The W3C trace context of the run. */
  @Nullable String traceparent(Run<?, ?> run) {
    return null;
  }
}
