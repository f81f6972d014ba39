// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.store.Scope;
import java.util.Set;

/** Which services and environments somebody may see, under whichever of their names. */
public record Sight(Scope scope, Catalogue catalogue) {

  public boolean ofService(String name) {
    Set<String> granted = scope.services();
    // Not by any of its names: a repository or flag project may be of other services too.
    return granted == null || granted.contains(name) || granted.contains(catalogue.service(name));
  }

  public boolean ofEnvironment(String name) {
    Set<String> granted = scope.environments();
    return granted == null || catalogue.environmentNames(name).stream().anyMatch(granted::contains);
  }
}
