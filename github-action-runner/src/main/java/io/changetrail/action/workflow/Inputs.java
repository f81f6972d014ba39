// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.workflow;

import io.changetrail.model.Outcome;
import io.changetrail.model.Provenance;
import io.changetrail.model.redaction.RedactionKey;
import io.changetrail.source.OciImage;
import io.changetrail.source.repository.PathPattern;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the workflow says under {@code with:}; {@code action.yml} documents each.
 *
 * @param server the audit server
 * @param token to send with; {@code null} if the workflow's own identity is to be used, or none
 * @param audience of the identity token that is asked for where there is no token
 * @param reports which moments of a deployment this step tells of
 * @param environment that is deployed to; {@code null} if the job deploys nothing
 * @param service that is deployed; {@code null} stands for the repository
 * @param deploymentKey tells deployments apart that one run makes of one service to one environment
 * @param revision that is deployed; {@code null} stands for the commit of the run
 * @param artifacts that are built or deployed
 * @param configPaths of the files that configure the service
 * @param flagPaths of the files that define its feature flags
 * @param outcome how the job, or the step that deploys, has gone so far; {@code null} if not said
 * @param jobId GitHub's own id of the job; {@code null} where the runner does not tell it
 * @param jobWorkflow the file that defines the job, with its ref; {@code null} where the runner
 *     does not tell it
 * @param matrix the job's place in its matrix as JSON; {@code null} if it has none
 * @param githubToken to ask GitHub's API with; {@code null} asks nothing
 * @param redactionKey by which redacted values can be compared; {@code null} leaves hashes out
 * @param failsOnError whether the job fails if the server did not take everything
 */
public record Inputs(
    URI server,
    @Nullable String token,
    String audience,
    Reports reports,
    @Nullable String environment,
    @Nullable String service,
    @Nullable String deploymentKey,
    @Nullable String revision,
    List<Provenance.Artifact> artifacts,
    List<PathPattern> configPaths,
    List<PathPattern> flagPaths,
    @Nullable Outcome outcome,
    @Nullable String jobId,
    @Nullable String jobWorkflow,
    @Nullable String matrix,
    @Nullable String githubToken,
    @Nullable RedactionKey redactionKey,
    boolean failsOnError) {
  private static final Pattern DIGEST = Pattern.compile("sha256(?::|%3[Aa])([0-9a-f]{64})");

  /** Which moments of a deployment a step tells of. */
  public enum Reports {
    /** Its beginning where the step stands, and its end with that of the job. */
    JOB,
    /** That it begins here. */
    STARTED,
    /** That it ended here. */
    FINISHED
  }

  public Inputs {
    artifacts = List.copyOf(artifacts);
    configPaths = List.copyOf(configPaths);
    flagPaths = List.copyOf(flagPaths);
  }

  /** Whether shipping that failed fails the job, which is asked even where other inputs are bad. */
  public static boolean failsOnError(StepVariables variables) {
    return variables.input("fail-on-error").map(Boolean::parseBoolean).orElse(false);
  }

  /**
   * The inputs of a step.
   *
   * @throws InputException if one of them does not say what it should
   */
  public static Inputs of(StepVariables variables) {
    Reports reports = reports(variables.input("deployment").orElse(""));
    String environment = bounded(variables, "environment", 256);
    if (reports != Reports.JOB && environment == null) {
      throw new InputException(
          "environment", "is missing; say which environment is deployed to, for example 'prod'");
    }
    URI server = server(variables);
    return new Inputs(
        server,
        variables.input("token").orElse(null),
        variables.input("audience").orElseGet(() -> origin(server)),
        reports,
        environment,
        bounded(variables, "service", 256),
        bounded(variables, "deployment-key", 256),
        bounded(variables, "revision", 256),
        lines(variables, "artifact").map(Inputs::artifact).toList(),
        patterns(variables, "config-paths"),
        patterns(variables, "flag-paths"),
        outcome(variables),
        variables.input("job-id").filter(id -> id.matches("\\d{1,20}")).orElse(null),
        bounded(variables, "job-workflow", 1024),
        variables.input("matrix").filter(json -> !json.matches("null|\\{\\s*}")).orElse(null),
        variables.input("github-token").orElse(null),
        variables.input("redaction-key").map(Inputs::key).orElse(null),
        failsOnError(variables));
  }

  private static Reports reports(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "" -> Reports.JOB;
      case "started" -> Reports.STARTED;
      case "finished" -> Reports.FINISHED;
      default ->
          throw new InputException(
              "deployment",
              "is '"
                  + text
                  + "'; say 'started' or 'finished', or leave it out to have both recorded");
    };
  }

  private static URI server(StepVariables variables) {
    String text =
        variables
            .input("server")
            .orElseThrow(
                () ->
                    new InputException(
                        "server",
                        "is missing; give the URL of your audit server, for example"
                            + " 'https://changetrail.example.com'"));
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new InputException("server", "is not a URL");
    }
  }

  private static String origin(URI server) {
    return server.getScheme() + "://" + server.getRawAuthority();
  }

  private static @Nullable String bounded(StepVariables variables, String name, int most) {
    Optional<String> value = variables.input(name);
    if (value.isPresent() && value.get().length() > most) {
      throw new InputException(name, "is longer than " + most + " characters");
    }
    return value.orElse(null);
  }

  private static Stream<String> lines(StepVariables variables, String name) {
    return variables.input(name).stream()
        .flatMap(String::lines)
        .map(String::strip)
        .filter(line -> !line.isEmpty());
  }

  private static List<PathPattern> patterns(StepVariables variables, String name) {
    try {
      return lines(variables, name).map(PathPattern::of).toList();
    } catch (IllegalArgumentException e) {
      throw new InputException(name, "has a bad line: " + e.getMessage());
    }
  }

  /** A package URL, an image reference, or a digest alone. */
  private static Provenance.Artifact artifact(String text) {
    Matcher digest = DIGEST.matcher(text);
    if (text.startsWith("pkg:")) {
      String found = digest.find() ? "sha256:" + digest.group(1) : null;
      return new Provenance.Artifact(text, found, found == null ? purlVersion(text) : null);
    }
    if (digest.matches()) {
      return new Provenance.Artifact(null, text, null);
    }
    return OciImage.parse(text)
        .filter(image -> image.tag() != null || image.digest() != null)
        .map(OciImage::artifact)
        .orElseThrow(
            () ->
                new InputException(
                    "artifact",
                    "has the line '"
                        + text
                        + "'; give a package URL (pkg:…), an image with tag or digest, or"
                        + " sha256:<64 hex digits>"));
  }

  private static @Nullable String purlVersion(String purl) {
    String path = purl.split("[?#]", 2)[0];
    int at = path.lastIndexOf('@');
    return at < 0 ? null : URLDecoder.decode(path.substring(at + 1), StandardCharsets.UTF_8);
  }

  private static @Nullable Outcome outcome(StepVariables variables) {
    String text = variables.input("outcome").orElse("");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "" -> null;
      case "success" -> Outcome.SUCCESS;
      case "failure" -> Outcome.FAILURE;
      case "cancelled", "skipped" -> Outcome.ABORTED;
      default ->
          throw new InputException(
              "outcome", "is '" + text + "'; it is 'success', 'failure', 'cancelled' or 'skipped'");
    };
  }

  private static RedactionKey key(String text) {
    try {
      return RedactionKey.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "redaction-key",
          e.getMessage() + "; make one with: echo \"k1:$(openssl rand -base64 32)\"");
    }
  }

  /** What must not be seen in a log. */
  public static List<String> secrets(StepVariables variables) {
    List<String> secrets = new ArrayList<>();
    for (String name : List.of("token", "redaction-key", "github-token")) {
      variables.input(name).ifPresent(secrets::add);
    }
    return secrets;
  }
}
