// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the folders around a job say, taken together: in each matter the nearest that says something
 * decides.
 *
 * @param sender whose token its events are sent with; {@code null} for the whole controller's
 * @param service that it is of; {@code null} if no folder says it
 * @param environment that it deploys to where nothing else says it
 */
public record Placement(
    @Nullable Sender sender, @Nullable String service, @Nullable String environment) {
  /** No folder says anything. */
  public static final Placement NONE = new Placement(null, null, null);

  /**
   * A token.
   *
   * @param folder full name of the folder in which its credential is looked up
   */
  public record Sender(String folder, String credentialsId) {}

  /** What holds for a job in these folders, the nearest first. */
  public static Placement in(List<FolderScope> folders) {
    if (folders.isEmpty()) {
      return NONE;
    }
    return new Placement(
        first(folders, Placement::sender),
        first(folders, FolderScope::service),
        first(folders, FolderScope::environment));
  }

  private static @Nullable Sender sender(FolderScope scope) {
    String id = scope.credentialsId();
    return id == null ? null : new Sender(scope.folder(), id);
  }

  private static <T> @Nullable T first(
      List<FolderScope> folders, Function<FolderScope, @Nullable T> matter) {
    return folders.stream().map(matter).filter(Objects::nonNull).findFirst().orElse(null);
  }

  /** What a step says of the service, or else the folder; empty if neither does. */
  public String service(@Nullable String said) {
    return or(said, service);
  }

  /** What a step says of the environment, or else the folder; empty if neither does. */
  public String environment(@Nullable String said) {
    return or(said, environment);
  }

  private static String or(@Nullable String said, @Nullable String other) {
    if (said != null && !said.isBlank()) {
      return said;
    }
    return other == null ? "" : other;
  }
}
