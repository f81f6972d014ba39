// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import org.jspecify.annotations.Nullable;

/**
 * What a folder says of the jobs in it.
 *
 * @param folder its full name
 * @param credentialsId of the token that their events are sent with, and so whose they are; {@code
 *     null} for that of the whole controller
 * @param service that they are of; {@code null} for what each run tells by itself
 * @param environment that they deploy to where nothing else says it
 * @param jobs that are captured, by their names below the folder
 */
public record FolderScope(
    String folder,
    @Nullable String credentialsId,
    @Nullable String service,
    @Nullable String environment,
    JobPatterns jobs) {

  /** Whether an item in the folder is captured; the folder itself is none of them. */
  public boolean captures(String fullName) {
    return !fullName.startsWith(folder + "/")
        || jobs.match(fullName.substring(folder.length() + 1));
  }
}
