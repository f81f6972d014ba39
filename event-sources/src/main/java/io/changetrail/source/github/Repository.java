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

  /** The repository; of a delivery that is about none, the organisation in its place. */
  static Repository orOrganization(Payload delivery) {
    if (delivery.at("/repository").isPresent()) {
      return of(delivery);
    }
    String name = delivery.required("/organization/login");
    // No field is the organisation's page; that of whoever did it begins in the same way.
    String sender = delivery.required("/sender/html_url");
    String login = delivery.required("/sender/login");
    if (!sender.endsWith("/" + login)) {
      return new Repository("https://github.com/" + name, name);
    }
    return new Repository(sender.substring(0, sender.length() - login.length()) + name, name);
  }

  EventRef ref(String id) {
    return new EventRef(url, id);
  }

  Target target(@Nullable String environment) {
    return new Target(name, environment, null, null, null, null);
  }
}
