// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.model.Run;
import hudson.plugins.git.Branch;
import hudson.plugins.git.GitChangeSet;
import hudson.plugins.git.Revision;
import hudson.plugins.git.util.BuildData;
import hudson.scm.ChangeLogSet;
import io.changetrail.jenkins.capture.Checkout;
import io.changetrail.jenkins.capture.Commit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import jenkins.scm.RunWithSCM;
import org.jspecify.annotations.Nullable;

/** What the Git plugin keeps with each run. */
@Extension(optional = true)
public class GitDetails extends RunDetails {

  @Override
  List<Checkout> checkouts(Run<?, ?> run) {
    Run<?, ?> before = run.getPreviousBuild();
    List<Checkout> checkouts = new ArrayList<>();
    List<Commit> commits = commits(run);
    for (BuildData data : run.getActions(BuildData.class)) {
      Revision revision = data.getLastBuiltRevision();
      if (revision != null) {
        checkouts.add(checkout(first(data.getRemoteUrls()), revision, before, commits));
      }
    }
    return checkouts;
  }

  private static Checkout checkout(
      @Nullable String url, Revision revision, @Nullable Run<?, ?> before, List<Commit> commits) {
    String head = revision.getSha1String();
    return new Checkout(
        url, head, branch(revision.getBranches()), base(before, url), upTo(head, commits));
  }

  private static @Nullable String first(@Nullable Set<String> urls) {
    return urls == null || urls.isEmpty() ? null : urls.iterator().next();
  }

  private static @Nullable String branch(Collection<Branch> branches) {
    for (Branch each : branches) {
      String name = each.getName();
      if (name != null && !name.equals("detached")) {
        return name.replaceFirst("^refs/remotes/", "").replaceFirst("^origin/", "");
      }
    }
    return null;
  }

  private static @Nullable String base(@Nullable Run<?, ?> before, @Nullable String url) {
    if (before == null || url == null) {
      return null;
    }
    for (BuildData data : before.getActions(BuildData.class)) {
      Revision revision = data.getLastBuiltRevision();
      if (revision != null && data.getRemoteUrls().contains(url)) {
        return revision.getSha1String();
      }
    }
    return null;
  }

  /** All commits of the run, the newest last, whatever order the log of the plugin is in. */
  private static List<Commit> commits(Run<?, ?> run) {
    List<Commit> commits = new ArrayList<>();
    if (run instanceof RunWithSCM<?, ?> withScm) {
      for (ChangeLogSet<? extends ChangeLogSet.Entry> log : withScm.getChangeSets()) {
        for (Object item : log.getItems()) {
          if (item instanceof GitChangeSet change && change.getCommitId() != null) {
            // Not getAuthor(), which would make an account for whoever has none.
            commits.add(new Commit(change.getCommitId(), change.getAuthorName(), change.getMsg()));
          }
        }
      }
    }
    return commits;
  }

  /** The commits of the repository whose head this is; which one it is only the head tells. */
  private static List<Commit> upTo(String head, List<Commit> commits) {
    int size = commits.size();
    if (size > 0 && commits.get(size - 1).revision().equals(head)) {
      return commits;
    }
    if (size > 0 && commits.get(0).revision().equals(head)) {
      List<Commit> turned = new ArrayList<>(commits);
      Collections.reverse(turned);
      return turned;
    }
    return List.of();
  }
}
