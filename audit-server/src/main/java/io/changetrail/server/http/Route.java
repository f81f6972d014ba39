// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.util.List;

/**
 * One operation of the API.
 *
 * @param method in upper case
 * @param template path with {@code {name}} for a variable segment
 * @param access who may call it
 */
public record Route(String method, String template, Access access, Lane lane, Endpoint endpoint) {
  public Route {
    if (!template.startsWith("/")) {
      throw new IllegalArgumentException("a route's template begins with '/': " + template);
    }
  }

  List<String> segments() {
    return Router.split(template);
  }

  @Override
  public String toString() {
    return method + " " + template;
  }
}
