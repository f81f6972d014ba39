// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What counts as a secret beyond what is known of credentials in general.
 *
 * @param secretPaths JSON Pointers whose values, with all below, are always secrets; a segment
 *     {@code *} stands for any
 */
public record RedactionRules(List<String> secretPaths) {
  private static final RedactionRules DEFAULTS = new RedactionRules(List.of());

  public RedactionRules {
    secretPaths = List.copyOf(secretPaths);
    for (String path : secretPaths) {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException(
            "a secret path is a JSON Pointer such as /spec/values/*, not '" + path + "'");
      }
    }
  }

  public static RedactionRules defaults() {
    return DEFAULTS;
  }

  /** The same rules and these paths. */
  public RedactionRules withSecretPaths(Collection<String> more) {
    List<String> all = new ArrayList<>(secretPaths);
    all.addAll(more);
    return new RedactionRules(all);
  }

  /** The paths by their segments. */
  List<List<String>> secretPlaces() {
    return secretPaths.stream().map(Pointers::segments).toList();
  }
}
