// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import org.jspecify.annotations.Nullable;

/**
 * The object that was changed.
 *
 * @param kind for example {@code Deployment}, {@code ConfigMap}, {@code feature_flag}, {@code file}
 * @param name its name within namespace, project or repository, for example a flag's key
 * @param uid the platform's own id of this very object, where it has one
 */
public record Resource(String kind, String name, @Nullable String uid) {
  /** The {@link #kind} of a feature flag; its {@link #name} is the flag's key. */
  public static final String FEATURE_FLAG = "feature_flag";

  public Resource {
    Require.text("resource.kind", kind, 256);
    Require.text("resource.name", name, 1024);
    Require.optionalText("resource.uid", uid, 256);
  }
}
