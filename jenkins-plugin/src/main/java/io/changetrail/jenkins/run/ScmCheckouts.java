// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.EnvVars;
import hudson.model.Run;
import hudson.model.User;
import hudson.scm.ChangeLogSet;
import hudson.scm.SCM;
import io.changetrail.jenkins.capture.Checkout;
import io.changetrail.jenkins.capture.Commit;
import io.changetrail.jenkins.capture.ScmVariables;
import java.util.ArrayList;
import java.util.List;
import jenkins.scm.RunWithSCM;
import jenkins.triggers.SCMTriggerItem;

/** What any plugin of version control tells of a checkout, which is what it tells the build. */
final class ScmCheckouts {
  private static final System.Logger LOG = System.getLogger(ScmCheckouts.class.getName());

  private ScmCheckouts() {}

  /** Notes a checkout: afterwards nobody tells which ones a Pipeline had. */
  static void note(Run<?, ?> run, SCM scm) {
    if (RecordedEvents.of(run).checkedOut(told(run, scm))) {
      RunTrail.saveSoon(run);
    }
  }

  /** What was noted of a run, or what its job tells now of a run that is history. */
  static List<Checkout> of(Run<?, ?> run, boolean backfilled) {
    RecordedEvents recorded = run.getAction(RecordedEvents.class);
    List<Checkout> told = recorded == null ? List.of() : recorded.checkedOut();
    List<Checkout> checkouts = backfilled && told.isEmpty() ? now(run) : told;
    return checkouts.isEmpty() ? checkouts : ScmVariables.with(checkouts, commits(run));
  }

  private static List<Checkout> now(Run<?, ?> run) {
    SCMTriggerItem job = SCMTriggerItem.SCMTriggerItems.asSCMTriggerItem(run.getParent());
    if (job == null) {
      return List.of();
    }
    return job.getSCMs().stream().flatMap(scm -> told(run, scm).stream()).distinct().toList();
  }

  private static List<Checkout> told(Run<?, ?> run, SCM scm) {
    EnvVars variables = new EnvVars();
    try {
      scm.buildEnvironment(run, variables);
    } catch (RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.DEBUG, "a plugin does not tell of its checkout", e);
    }
    return ScmVariables.checkouts(variables);
  }

  /** Those of Git are read where more is known of them. */
  private static List<Commit> commits(Run<?, ?> run) {
    List<Commit> commits = new ArrayList<>();
    if (run instanceof RunWithSCM<?, ?> withScm) {
      for (ChangeLogSet<? extends ChangeLogSet.Entry> log : withScm.getChangeSets()) {
        if (!"git".equals(log.getKind())) {
          for (Object item : log.getItems()) {
            if (item instanceof ChangeLogSet.Entry entry && entry.getCommitId() != null) {
              User author = entry.getAuthor();
              commits.add(
                  new Commit(
                      entry.getCommitId(), author == null ? null : author.getId(), entry.getMsg()));
            }
          }
        }
      }
    }
    return commits;
  }
}
