// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a deployment is known without a step that says so: by the name of the job or the stage that
 * makes it, and by the run's parameters.
 *
 * @param jobs the jobs that it is about
 * @param stages names of stages in the form of {@link JobPatterns}; {@code null} for the job itself
 * @param service its name, in which <code>${NAME}</code> stands for a parameter; {@code null} for
 *     the service that the run is of
 * @param environment likewise; {@code null} for what the name or a parameter says
 * @param version likewise; {@code null} for none
 */
public record DeploymentRule(
    JobPatterns jobs,
    @Nullable JobPatterns stages,
    @Nullable String service,
    @Nullable String environment,
    @Nullable String version) {
  /** The key of the deployment that a run is as a whole. */
  public static final String WHOLE_RUN = "run";

  private static final Pattern DEPLOYS =
      Pattern.compile(
          "(?i)(?<![a-z])(deploy(ment|ing|s)?|roll ?out|promote|go[ -]?live|helm upgrade"
              + "|kubectl (apply|rollout|set image)|ansible-playbook|argocd app sync)(?![a-z])");

  private static final Pattern ENVIRONMENT =
      Pattern.compile(
          "(?i)(?<![a-z0-9])(prod(uction)?|prd|live|pre-?prod(uction)?|stag(e|ing)|stg|uat|qa"
              + "|test(ing)?|int(egration)?|dev(elopment)?|sandbox|canary|demo)"
              + "([-_][a-z0-9-]*[0-9][a-z0-9]*|[0-9]+)?(?![a-z0-9])");

  private static final List<String> ENVIRONMENT_PARAMETERS =
      List.of(
          "ENVIRONMENT",
          "ENV",
          "DEPLOY_ENV",
          "DEPLOY_ENVIRONMENT",
          "TARGET_ENV",
          "TARGET_ENVIRONMENT");
  private static final List<String> VERSION_PARAMETERS =
      List.of("VERSION", "IMAGE_TAG", "TAG", "RELEASE", "ARTIFACT_VERSION");
  private static final List<String> SERVICE_PARAMETERS =
      List.of("SERVICE", "SERVICE_NAME", "APP", "APPLICATION", "COMPONENT");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]{1,256})}");

  /**
   * The deployment that a stage of the run, or the run itself, is.
   *
   * @param rules the first that applies decides; without any rule, well-known words do
   * @param stage its name; {@code null} for the run itself
   * @param key what tells it from other deployments of the run
   */
  public static Optional<Deployment> detect(
      List<DeploymentRule> rules, RunFacts run, @Nullable String stage, String key, Instant at) {
    for (DeploymentRule rule : rules) {
      if (rule.jobs().match(run.job()) && rule.isAbout(stage)) {
        return rule.deployment(run, stage, key, at);
      }
    }
    return rules.isEmpty() && DEPLOYS.matcher(name(run, stage)).find()
        ? new DeploymentRule(JobPatterns.of(null, null), null, null, null, null)
            .deployment(run, stage, key, at)
        : Optional.empty();
  }

  /**
   * Whether a deployment can be detected there at all: most stages deploy nothing, and a run need
   * not be read for them.
   */
  public static boolean mayDetect(List<DeploymentRule> rules, String job, @Nullable String stage) {
    return rules.isEmpty()
        ? stage == null || DEPLOYS.matcher(stage).find()
        : rules.stream().anyMatch(rule -> rule.jobs().match(job) && rule.isAbout(stage));
  }

  private boolean isAbout(@Nullable String stage) {
    if (stage == null || stages == null) {
      return stage == null && stages == null;
    }
    return stages.match(stage);
  }

  /** A job of a multibranch project has the name of its branch, which is no name of a job. */
  private static String name(RunFacts run, @Nullable String stage) {
    if (stage != null) {
      return stage;
    }
    List<String> path = List.of(run.job().split("/", -1));
    int last = path.size() - (run.branch() != null && path.size() > 1 ? 2 : 1);
    return path.get(last);
  }

  /** None, if it cannot be told what was deployed where: a guess would blame the innocent. */
  private Optional<Deployment> deployment(
      RunFacts run, @Nullable String stage, String key, Instant at) {
    String where = environment != null ? filled(environment, run) : environment(run, stage);
    String what = service != null ? filled(service, run) : service(run);
    if (where == null || what == null) {
      return Optional.empty();
    }
    String which = version != null ? filled(version, run) : parameter(run, VERSION_PARAMETERS);
    return Optional.of(
        new Deployment(
            key,
            Deployment.names(what),
            where,
            null,
            which,
            stage,
            isRollback(run, stage) ? "rollback" : "deploy",
            null,
            null,
            at,
            false));
  }

  private static boolean isRollback(RunFacts run, @Nullable String stage) {
    return name(run, stage).toLowerCase(Locale.ROOT).matches(".*\\broll-?back\\b.*");
  }

  private static @Nullable String environment(RunFacts run, @Nullable String stage) {
    Set<String> named = new LinkedHashSet<>();
    Matcher matcher = ENVIRONMENT.matcher(name(run, stage));
    while (matcher.find()) {
      named.add(matcher.group().toLowerCase(Locale.ROOT));
    }
    // "Deploy to prod after test" names two: neither is certain.
    if (named.isEmpty()) {
      String parameter = parameter(run, ENVIRONMENT_PARAMETERS);
      return parameter != null ? parameter : Text.cut(run.placement().environment(), 256);
    }
    return named.size() == 1 ? named.iterator().next() : null;
  }

  private static @Nullable String service(RunFacts run) {
    String parameter = parameter(run, SERVICE_PARAMETERS);
    return parameter != null ? parameter : Description.service(run);
  }

  private static @Nullable String parameter(RunFacts run, List<String> names) {
    for (String name : names) {
      for (Parameter parameter : run.parameters()) {
        if (parameter.name().equalsIgnoreCase(name) && !parameter.sensitive()) {
          String value = Text.cut(parameter.value(), 256);
          if (value != null) {
            return value.strip();
          }
        }
      }
    }
    return null;
  }

  /** The text with its parameters; {@code null} if one of them has no value. */
  private static @Nullable String filled(String template, RunFacts run) {
    StringBuilder text = new StringBuilder();
    Matcher matcher = PLACEHOLDER.matcher(template);
    while (matcher.find()) {
      String value = parameter(run, List.of(matcher.group(1)));
      if (value == null) {
        return null;
      }
      matcher.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    return Text.cut(matcher.appendTail(text).toString(), 1000);
  }
}
