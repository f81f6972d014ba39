// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.github;

import io.changetrail.action.capture.DeployedRange;
import io.changetrail.action.capture.DeployedRange.PullRequest;
import io.changetrail.action.workflow.WorkflowJob;
import io.changetrail.model.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.kohsuke.github.GHCommit;
import org.kohsuke.github.GHCompare;
import org.kohsuke.github.GHDeployment;
import org.kohsuke.github.GHDeploymentState;
import org.kohsuke.github.GHDeploymentStatus;
import org.kohsuke.github.GHFileNotFoundException;
import org.kohsuke.github.GHPullRequest;
import org.kohsuke.github.GHRepository;
import org.kohsuke.github.GHUser;
import org.kohsuke.github.GHWorkflowJob;
import org.kohsuke.github.GHWorkflowRun;
import org.kohsuke.github.GitHub;
import org.kohsuke.github.GitHubAbuseLimitHandler;
import org.kohsuke.github.GitHubBuilder;
import org.kohsuke.github.GitHubRateLimitHandler;
import org.kohsuke.github.extras.okhttp3.OkHttpGitHubConnector;

/**
 * Asks GitHub, or a GitHub Enterprise Server, about one repository. A job must not wait for it: at
 * a rate limit it does not sleep but gives up, and each question has a bound.
 *
 * @see <a href="https://docs.github.com/rest">GitHub REST API</a>
 */
public final class GithubApi {
  private static final Duration LONGEST_CALL = Duration.ofSeconds(5);
  private static final int MOST_DEPLOYMENTS = 10;
  private static final int MOST_COMMITS = 10;
  private static final int MOST_PATHS = 200;

  private final GHRepository repository;
  private final WorkflowJob job;

  private GithubApi(GHRepository repository, WorkflowJob job) {
    this.repository = repository;
    this.job = job;
  }

  /** A question that was not answered. */
  public static final class ApiException extends Exception {
    private static final long serialVersionUID = 1L;

    ApiException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What is asked. */
  private interface Question<T> {
    T ask() throws IOException;
  }

  private static <T> T answer(Question<T> question) throws ApiException {
    try {
      return question.ask();
    } catch (IOException | RuntimeException e) {
      // Unchecked ones too: the library has some, and no answer is worth the event.
      throw new ApiException(reason(e), e);
    }
  }

  /**
   * The innermost cause that says something, on one line; the library's own repeats the address.
   */
  private static String reason(Throwable e) {
    Throwable inner = e;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    String message = inner.getMessage() == null ? inner.toString() : inner.getMessage();
    String line = message.lines().findFirst().orElse("");
    return line.length() <= 200 ? line : line.substring(0, 200);
  }

  /**
   * Begins to ask about the repository of a job.
   *
   * @param patience how long all questions together may take, but for the last one begun
   * @throws ApiException if GitHub cannot be asked, or does not let this token see the repository
   */
  public static GithubApi connect(WorkflowJob job, String token, Duration patience)
      throws ApiException {
    long began = System.nanoTime();
    OkHttpClient http =
        new OkHttpClient.Builder()
            .callTimeout(LONGEST_CALL)
            .addInterceptor(
                question -> {
                  if (System.nanoTime() - began > patience.toNanos()) {
                    throw new IOException("it is too slow for a job to wait for");
                  }
                  return question.proceed(question.request());
                })
            .build();
    return answer(
        () -> {
          GitHub github =
              new GitHubBuilder()
                  .withEndpoint(job.apiUrl())
                  .withOAuthToken(token)
                  .withConnector(new OkHttpGitHubConnector(http))
                  .withRateLimitHandler(GitHubRateLimitHandler.FAIL)
                  .withAbuseLimitHandler(GitHubAbuseLimitHandler.FAIL)
                  .build();
          return new GithubApi(github.getRepository(job.repository()), job);
        });
  }

  /**
   * What comes between the last successful deployment to an environment and a revision.
   *
   * @param otherwise what to compare with if GitHub knows none, since only jobs that name an
   *     environment make deployments; {@code null} if there is nothing
   * @throws ApiException if that cannot be told
   */
  public DeployedRange since(String environment, String revision, @Nullable String otherwise)
      throws ApiException {
    return answer(
        () -> {
          String deployed = lastDeployed(environment);
          String previous = deployed == null ? otherwise : deployed;
          List<String> notes = new ArrayList<>();
          if (deployed == null) {
            notes.add(
                "GitHub knows no earlier successful deployment to "
                    + environment
                    + (otherwise == null ? "." : ", so the commits are those of this push alone."));
          }
          if (previous == null || previous.equals(revision)) {
            return new DeployedRange(
                previous, false, 0, List.of(), null, pullRequests(List.of(revision)), notes);
          }
          GHCompare compare = repository.getCompare(previous, revision);
          boolean rollback = deployed != null && compare.getStatus() == GHCompare.Status.behind;
          // What is taken back, which the comparison in this direction does not list.
          return range(
              previous,
              rollback,
              rollback ? repository.getCompare(revision, previous) : compare,
              compare.getHtmlUrl() == null ? null : compare.getHtmlUrl().toString(),
              notes);
        });
  }

  private DeployedRange range(
      String previous,
      boolean rollback,
      GHCompare compare,
      @Nullable String url,
      List<String> notes)
      throws IOException {
    TreeSet<String> paths = new TreeSet<>();
    for (GHCommit.File file : compare.getFiles()) {
      paths.add(file.getFileName());
    }
    if (paths.size() > MOST_PATHS) {
      notes.add("Of " + paths.size() + " changed files " + MOST_PATHS + " are named.");
    }
    // The oldest come first.
    GHCompare.Commit[] commits = compare.getCommits();
    List<String> newest = new ArrayList<>();
    for (int i = commits.length - 1; i >= 0 && newest.size() < MOST_COMMITS; i--) {
      newest.add(commits[i].getSHA1());
    }
    if (compare.getTotalCommits() > MOST_COMMITS) {
      notes.add(
          "Pull requests are those of the newest "
              + MOST_COMMITS
              + " of "
              + compare.getTotalCommits()
              + " commits.");
    }
    return new DeployedRange(
        previous,
        rollback,
        compare.getTotalCommits(),
        paths.stream().limit(MOST_PATHS).toList(),
        url,
        pullRequests(newest),
        notes);
  }

  private List<PullRequest> pullRequests(List<String> revisions) throws IOException {
    Map<Integer, PullRequest> found = new LinkedHashMap<>();
    for (String revision : revisions) {
      for (GHPullRequest pull : repository.getCommit(revision).listPullRequests().toList()) {
        if (pull.getMergedAt() != null && !found.containsKey(pull.getNumber())) {
          // Only the pull request by itself says who merged it.
          GHPullRequest whole = repository.getPullRequest(pull.getNumber());
          found.put(
              whole.getNumber(),
              new PullRequest(
                  whole.getNumber(),
                  String.valueOf(whole.getTitle()),
                  login(whole.getUser()),
                  login(whole.getMergedBy())));
        }
      }
    }
    return List.copyOf(found.values());
  }

  private static @Nullable String login(@Nullable GHUser user) {
    return user == null ? null : user.getLogin();
  }

  private @Nullable String lastDeployed(String environment) throws IOException {
    int seen = 0;
    for (GHDeployment deployment : repository.listDeployments(null, null, null, environment)) {
      if (seen++ == MOST_DEPLOYMENTS) {
        return null;
      }
      List<GHDeploymentStatus> statuses = deployment.listStatuses().toList();
      // That of an earlier deployment became inactive when a later one succeeded.
      boolean succeeded =
          statuses.stream().anyMatch(status -> status.getState() == GHDeploymentState.SUCCESS);
      if (succeeded && statuses.stream().noneMatch(this::isOfThisRun)) {
        return deployment.getSha();
      }
    }
    return null;
  }

  /** The library calls these getters deprecated and offers nothing else that reads the fields. */
  @SuppressWarnings("deprecation")
  private boolean isOfThisRun(GHDeploymentStatus status) {
    return String.valueOf(status.getLogUrl()).contains("/runs/" + job.runId() + "/")
        || String.valueOf(status.getTargetUrl()).contains("/runs/" + job.runId() + "/");
  }

  /**
   * How this job has gone so far, by its steps; empty if GitHub does not know the job or no step of
   * it has ended.
   *
   * @param jobId GitHub's id of the job; {@code null} finds it by its name
   * @throws ApiException if that cannot be told
   */
  public Optional<Outcome> outcome(@Nullable String jobId) throws ApiException {
    return answer(
        () -> {
          GHWorkflowRun run = repository.getWorkflowRun(Long.parseLong(job.runId()));
          for (GHWorkflowJob one : run.listJobs()) {
            boolean same =
                jobId == null
                    ? one.getName().equals(job.job())
                    : Long.toString(one.getId()).equals(jobId);
            if (same) {
              return outcome(one);
            }
          }
          return Optional.empty();
        });
  }

  private static Optional<Outcome> outcome(GHWorkflowJob job) {
    Outcome worst = null;
    for (GHWorkflowJob.Step step : job.getSteps()) {
      String conclusion = String.valueOf(step.getConclusion()).toLowerCase(Locale.ROOT);
      switch (conclusion) {
        case "failure", "timed_out" -> worst = Outcome.FAILURE;
        case "cancelled" -> worst = worst == Outcome.FAILURE ? worst : Outcome.ABORTED;
        case "success" -> worst = worst == null ? Outcome.SUCCESS : worst;
        default -> {}
      }
    }
    return Optional.ofNullable(worst);
  }

  /**
   * The text of a file; empty if there is none at that revision.
   *
   * @throws ApiException if that cannot be told
   */
  public Optional<String> file(String path, String revision) throws ApiException {
    return answer(
        () -> {
          try (InputStream content = repository.getFileContent(path, revision).read()) {
            return Optional.of(new String(content.readAllBytes(), StandardCharsets.UTF_8));
          } catch (GHFileNotFoundException e) {
            return Optional.empty();
          }
        });
  }
}
