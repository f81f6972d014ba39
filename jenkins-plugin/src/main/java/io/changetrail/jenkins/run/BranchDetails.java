// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.model.Run;
import io.changetrail.jenkins.capture.Branch;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevisionAction;
import jenkins.scm.api.mixin.ChangeRequestSCMHead;
import org.jspecify.annotations.Nullable;

/** What multibranch projects know of their jobs. */
@Extension(optional = true)
public class BranchDetails extends RunDetails {

  @Override
  @Nullable Branch branch(Run<?, ?> run) {
    SCMHead head = SCMHead.HeadByItem.findHead(run.getParent());
    return head == null ? null : of(head);
  }

  private static Branch of(SCMHead head) {
    return head instanceof ChangeRequestSCMHead change
        ? new Branch(head.getName(), change.getId(), change.getTarget().getName())
        : new Branch(head.getName(), null, null);
  }

  /** For Git it is the commit's hash; for a change request that is merged first, both hashes. */
  @Override
  @Nullable String revision(Run<?, ?> run) {
    SCMRevisionAction action = run.getAction(SCMRevisionAction.class);
    return action == null ? null : action.getRevision().toString();
  }
}
