// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the change came from: the commit, the build and the artifact, each where known.
 *
 * @param artifacts what was built or deployed; several for a release of several images
 */
public record Provenance(@Nullable Vcs vcs, @Nullable Build build, List<Artifact> artifacts) {
  /** How many artifacts one event may name. */
  public static final int MAX_ARTIFACTS = 256;

  private static final Provenance NONE = new Provenance(null, null, List.of());

  public Provenance {
    artifacts = List.copyOf(artifacts);
    Require.atMost("artifacts", artifacts.size(), MAX_ARTIFACTS);
  }

  public static Provenance none() {
    return NONE;
  }

  public Optional<Vcs> commit() {
    return Optional.ofNullable(vcs);
  }

  public Optional<Build> run() {
    return Optional.ofNullable(build);
  }

  public boolean isEmpty() {
    return equals(NONE);
  }

  /**
   * The commit.
   *
   * @param repository normalised URL or {@code host/owner/name}, without credentials
   * @param revision full commit hash, or the VCS's own revision id
   * @param ref branch or tag, for example {@code main} or {@code v1.4.2}
   * @param author who wrote the commit; personal data
   * @param message first line of the commit message; personal free text
   * @param pullRequest the pull or merge request's number
   * @param compareUrl where the difference to the previous revision can be read
   */
  public record Vcs(
      @Nullable String repository,
      @Nullable String revision,
      @Nullable String ref,
      @Nullable String author,
      @Nullable String message,
      @Nullable String pullRequest,
      @Nullable String compareUrl) {
    public Vcs {
      Require.optionalText("vcs.repository", repository, 1024);
      Require.optionalText("vcs.revision", revision, 256);
      Require.optionalText("vcs.ref", ref, 512);
      Require.optionalText("vcs.author", author, 512);
      Require.optionalText("vcs.message", message, 4096);
      Require.optionalText("vcs.pullRequest", pullRequest, 64);
      Require.optionalText("vcs.compareUrl", compareUrl, 2048);
    }
  }

  /**
   * The run of a CI system.
   *
   * @param system for example {@code jenkins} or {@code github-actions}
   * @param pipeline full name of job or workflow
   * @param runId id of this run, with its attempt where the system counts attempts
   * @param stage stage, job or step within the run
   */
  public record Build(
      @Nullable String system,
      @Nullable String pipeline,
      @Nullable String runId,
      @Nullable String url,
      @Nullable String stage) {
    public Build {
      Require.optionalText("build.system", system, 128);
      Require.optionalText("build.pipeline", pipeline, 1024);
      Require.optionalText("build.runId", runId, 512);
      Require.optionalText("build.url", url, 2048);
      Require.optionalText("build.stage", stage, 512);
    }
  }

  /**
   * What was built or deployed.
   *
   * @param purl package URL, for example {@code pkg:oci/checkout@sha256%3A…}
   * @param digest {@code sha256:} and 64 hex digits
   * @param version tag or version as people know it
   * @see <a href="https://github.com/package-url/purl-spec">package URL specification</a>
   */
  public record Artifact(@Nullable String purl, @Nullable String digest, @Nullable String version) {
    public Artifact {
      Require.optionalText("artifact.purl", purl, 2048);
      Require.optionalText("artifact.digest", digest, 256);
      Require.optionalText("artifact.version", version, 256);
      if (purl == null && digest == null && version == null) {
        throw new InvalidEventException(
            "artifact", "names nothing; give at least one of purl, digest and version");
      }
    }
  }
}
