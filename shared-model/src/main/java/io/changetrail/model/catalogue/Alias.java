// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

/**
 * That a name stands for a service or an environment, said beside the catalogue's files.
 *
 * @param name as events have it
 * @param of a name of the service or environment; if the catalogue knows none, it does from then
 *     on. The name itself says that it is one of its own
 */
public record Alias(Kind kind, String name, String of) {
  /** What a name can stand for. */
  public enum Kind {
    SERVICE,
    ENVIRONMENT
  }

  public Alias {
    if (name.isBlank() || of.isBlank()) {
      throw new IllegalArgumentException("an alias has a name and what it stands for");
    }
  }
}
