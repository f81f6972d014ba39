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
  /** Where an Enterprise Server has its API. */
  private static final String ENTERPRISE = "/api/v3/";

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
    // No field is the organisation's page; that of its API is on the same host, or on one beside
    // it.
    String api = delivery.url("/organization/url");
    if (api == null) {
      throw delivery.missing("/organization/url");
    }
    String server =
        api.contains(ENTERPRISE)
            ? api.substring(0, api.indexOf(ENTERPRISE))
            : api.replaceFirst("^https://api\\.", "https://").replaceFirst("/orgs/.*", "");
    return new Repository(server + "/" + name, name);
  }

  EventRef ref(String id) {
    return new EventRef(url, id);
  }

  Target target(@Nullable String environment) {
    return new Target(name, environment, null, null, null, null);
  }
}
