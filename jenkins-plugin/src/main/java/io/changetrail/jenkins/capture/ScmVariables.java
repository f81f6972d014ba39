// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checkouts as the variables of a build tell of them: {@code SVN_REVISION} and the like. That is
 * all that most plugins of version control have in common; only Git's keeps more, and is asked for
 * it.
 *
 * @see <a href="https://plugins.jenkins.io/subversion/">Subversion</a>
 * @see <a href="https://plugins.jenkins.io/mercurial/">Mercurial</a>
 * @see <a href="https://plugins.jenkins.io/p4/">Perforce</a>
 * @see <a href="https://plugins.jenkins.io/tfs/">Team Foundation Server</a>
 */
public final class ScmVariables {
  private static final Pattern GIT = Pattern.compile("[0-9a-fA-F]{7,64}");
  private static final Pattern MERCURIAL = Pattern.compile("[0-9a-fA-F]{12,64}");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Pattern PERFORCE_PORT =
      Pattern.compile("(?:(?:tcp|ssl)(?:4|6|46|64)?:)?(?<server>[^\\s/@]+)");

  /** Of Subversion, a branch is a folder. */
  private static final Pattern SVN_LAYOUT =
      Pattern.compile("(?<root>.+?)/(?:(?<trunk>trunk)|(?:branches|tags)/(?<name>[^/]+))(?:/.*)?");

  private static final int MOST_LOCATIONS = 20;

  private ScmVariables() {}

  /**
   * What the variables tell of.
   *
   * @param variables values by name, among any others
   * @return in no case one without a revision
   */
  public static List<Checkout> checkouts(Map<String, String> variables) {
    List<Checkout> checkouts = new ArrayList<>();
    git(variables, checkouts);
    subversion(variables, checkouts);
    String changeset = revision(variables, "MERCURIAL_REVISION", MERCURIAL);
    if (changeset != null) {
      checkouts.add(
          checkout(
              variables.get("MERCURIAL_REPOSITORY_URL"),
              changeset,
              variables.get("MERCURIAL_REVISION_BRANCH"),
              null));
    }
    String changelist = revision(variables, "P4_CHANGELIST", NUMBER);
    if (changelist != null) {
      checkouts.add(checkout(perforce(variables.get("P4_PORT")), changelist, null, null));
    }
    String tfs = revision(variables, "TFS_CHANGESET", NUMBER);
    if (tfs != null) {
      checkouts.add(checkout(tfs(variables), tfs, null, null));
    }
    return checkouts;
  }

  /** As {@link #checkouts}, of the parameters of a run: a job may be told what it deploys. */
  public static List<Checkout> of(List<Parameter> parameters) {
    Map<String, String> variables = new TreeMap<>();
    for (Parameter each : parameters) {
      if (each.value() != null && !each.sensitive()) {
        variables.put(each.name(), each.value());
      }
    }
    return checkouts(variables);
  }

  private static void git(Map<String, String> variables, List<Checkout> checkouts) {
    String revision = revision(variables, "GIT_COMMIT", GIT);
    if (revision != null) {
      String url = variables.get("GIT_URL");
      String base = revision(variables, "GIT_PREVIOUS_COMMIT", GIT);
      checkouts.add(
          checkout(
              url == null ? variables.get("GIT_URL_1") : url,
              revision.toLowerCase(Locale.ROOT),
              gitBranch(variables.get("GIT_BRANCH")),
              base));
    }
  }

  private static @Nullable String gitBranch(@Nullable String branch) {
    return branch == null || branch.equals("detached")
        ? null
        : branch.replaceFirst("^(refs/heads/|refs/remotes/)", "").replaceFirst("^origin/", "");
  }

  private static void subversion(Map<String, String> variables, List<Checkout> checkouts) {
    int before = checkouts.size();
    for (int i = 1; i <= MOST_LOCATIONS; i++) {
      subversion(variables.get("SVN_URL_" + i), variables, "SVN_REVISION_" + i, checkouts);
    }
    if (checkouts.size() == before) {
      subversion(variables.get("SVN_URL"), variables, "SVN_REVISION", checkouts);
    }
  }

  private static void subversion(
      @Nullable String url, Map<String, String> variables, String name, List<Checkout> checkouts) {
    String revision = revision(variables, name, NUMBER);
    if (revision == null) {
      return;
    }
    Matcher layout = SVN_LAYOUT.matcher(url == null || url.length() > 2000 ? "" : url);
    if (layout.matches()) {
      String branch = layout.group("trunk") == null ? layout.group("name") : "trunk";
      checkouts.add(checkout(layout.group("root"), revision, branch, null));
    } else {
      checkouts.add(checkout(url, revision, null, null));
    }
  }

  /** {@code ssl:perforce.acme.example:1666} is no address that others would know as one. */
  private static @Nullable String perforce(@Nullable String port) {
    Matcher matcher = PERFORCE_PORT.matcher(port == null ? "" : port.strip());
    return matcher.matches() ? "https://" + matcher.group("server") : null;
  }

  private static @Nullable String tfs(Map<String, String> variables) {
    String server = variables.get("TFS_SERVERURL");
    String project = variables.get("TFS_PROJECTPATH");
    if (server == null) {
      return null;
    }
    return project == null
        ? server
        : server.replaceFirst("/+$", "") + "/" + project.replaceFirst("^\\$?/*", "");
  }

  private static Checkout checkout(
      @Nullable String url, String revision, @Nullable String branch, @Nullable String base) {
    // Normalised at once, as it is kept with the run and may hold credentials.
    String repository =
        url == null ? null : RepositoryUrl.parse(url).map(RepositoryUrl::toString).orElse(null);
    return new Checkout(repository, revision, Text.cut(branch, 512), base, List.of());
  }

  private static @Nullable String revision(
      Map<String, String> variables, String name, Pattern form) {
    String value = variables.get(name);
    return value != null && form.matcher(value.strip()).matches() ? value.strip() : null;
  }

  /**
   * The checkouts with the commits of the run. Of several checkouts only that one has them whose
   * revision is the newest of these: nothing else tells whose they are.
   *
   * @param commits in whatever order the plugin's log is
   */
  public static List<Checkout> with(List<Checkout> checkouts, List<Commit> commits) {
    if (commits.isEmpty()) {
      return checkouts;
    }
    List<Checkout> all = new ArrayList<>();
    for (Checkout each : checkouts) {
      List<Commit> ordered = newestLast(commits, each.revision());
      boolean its =
          checkouts.size() == 1
              || ordered.get(ordered.size() - 1).revision().equals(each.revision());
      all.add(
          its
              ? new Checkout(
                  each.repository(), each.revision(), each.branch(), each.base(), ordered)
              : each);
    }
    return all;
  }

  private static List<Commit> newestLast(List<Commit> commits, @Nullable String head) {
    List<Commit> ordered = new ArrayList<>(commits);
    if (commits.stream().allMatch(each -> NUMBER.matcher(each.revision()).matches())) {
      ordered.sort(Comparator.comparingLong(each -> Long.parseLong(each.revision())));
    } else if (commits.get(0).revision().equals(head)) {
      Collections.reverse(ordered);
    }
    return ordered;
  }
}
