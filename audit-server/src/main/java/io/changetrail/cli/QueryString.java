// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a request, in the order in which they were added. */
final class QueryString {
  private final List<String> pairs = new ArrayList<>();

  /** Adds a parameter, unless it has no value. */
  QueryString with(String name, @Nullable Object value) {
    if (value != null) {
      pairs.add(encoded(name) + "=" + encoded(value.toString()));
    }
    return this;
  }

  /** Adds a parameter once for each value. */
  QueryString withAll(String name, Collection<String> values) {
    values.forEach(value -> with(name, value));
    return this;
  }

  /** A copy, which can grow without this one. */
  QueryString copy() {
    QueryString same = new QueryString();
    same.pairs.addAll(pairs);
    return same;
  }

  boolean isEmpty() {
    return pairs.isEmpty();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** With the question mark, or empty. */
  @Override
  public String toString() {
    return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
  }
}
