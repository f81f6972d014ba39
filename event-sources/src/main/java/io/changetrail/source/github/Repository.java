// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import io.changetrail.model.EventRef;
import io.changetrail.model.Target;
import io.changetrail.source.Payload;
import org.jspecify.annotations.Nullable;

/**
 * The repository of a delivery.
 *
 * @param url {@code https://github.com/owner/name}, or the same on an enterprise host; the source
 *     of all its events
 * @param name {@code owner/name}
 */
record Repository(String url, String name) {
  static Repository of(Payload delivery) {
    Payload repository = delivery.at("/repository");
    return new Repository(repository.required("/html_url"), repository.required("/full_name"));
  }

  EventRef ref(String id) {
    return new EventRef(url, id);
  }

  Target target(@Nullable String environment) {
    return new Target(name, environment, null, null, null, null);
  }
}
