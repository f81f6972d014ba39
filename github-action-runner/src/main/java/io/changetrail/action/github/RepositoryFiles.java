// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.github;

import io.changetrail.action.capture.DeployedRange;
import io.changetrail.action.github.GithubApi.ApiException;
import io.changetrail.action.workflow.Inputs;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Provenance;
import io.changetrail.source.repository.ChangedFile;
import io.changetrail.source.repository.PathPattern;
import io.changetrail.source.repository.PathPattern.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a deployment does to configuration and feature flags that are files of its repository. */
public final class RepositoryFiles {
  /** Each is two questions to GitHub. */
  private static final int MOST_FILES = 20;

  private final GithubApi api;
  private final Inputs inputs;
  private final List<String> notes = new ArrayList<>();

  public RepositoryFiles(GithubApi api, Inputs inputs) {
    this.api = api;
    this.inputs = inputs;
  }

  /** What was left out, for people. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * The changes of the files that the inputs name, each an event that the deployment caused.
   *
   * @param deployment which brought them, and its environment
   */
  public List<AuditEvent> changes(AuditEvent deployment, DeployedRange range) {
    String before = range.previous();
    String after = deployment.provenance().commit().map(Provenance.Vcs::revision).orElse(null);
    List<AuditEvent> changes = new ArrayList<>();
    if (before == null || after == null) {
      return changes;
    }
    int read = 0;
    for (String path : range.paths()) {
      Optional<Place> flags = place(inputs.flagPaths(), path);
      Optional<Place> config = place(inputs.configPaths(), path);
      if (flags.isEmpty() && config.isEmpty()) {
        continue;
      }
      if (read++ == MOST_FILES) {
        notes.add("Of the changed files that are configured, " + MOST_FILES + " were read.");
        break;
      }
      try {
        ChangedFile file =
            new ChangedFile(
                path, api.file(path, before).orElse(null), api.file(path, after).orElse(null));
        Optional<List<AuditEvent>> flips = flags.flatMap(place -> file.flags(deployment, place));
        // A file of flags in a form that nobody knows is configuration.
        changes.addAll(
            flips.orElseGet(
                () -> List.of(file.config(deployment, config.or(() -> flags).orElseThrow()))));
      } catch (ApiException e) {
        notes.add("The difference of " + path + " is not known: " + e.getMessage());
      }
    }
    return changes;
  }

  /** Not those that their path says are of another environment. */
  private Optional<Place> place(List<PathPattern> patterns, String path) {
    String environment = inputs.environment();
    return patterns.stream()
        .flatMap(pattern -> pattern.match(path).stream())
        .filter(place -> place.environment() == null || place.environment().equals(environment))
        .findFirst()
        .map(place -> new Place(place.service(), environment));
  }
}
