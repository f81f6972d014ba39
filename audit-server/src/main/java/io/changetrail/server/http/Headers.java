// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Header fields of a request; names do not depend on case. */
public final class Headers {
  private final Map<String, List<String>> fields = new TreeMap<>();

  /**
   * The fields of a request.
   *
   * @param fields by name, values in the order in which they came
   */
  public Headers(Map<String, List<String>> fields) {
    fields.forEach((name, values) -> this.fields.put(lower(name), List.copyOf(values)));
  }

  /** Names in lower case. */
  public Set<String> names() {
    return java.util.Collections.unmodifiableSet(fields.keySet());
  }

  public List<String> all(String name) {
    return fields.getOrDefault(lower(name), List.of());
  }

  /** The value of a field that may occur once. */
  public Optional<String> one(String name) {
    List<String> values = all(name);
    if (values.size() > 1) {
      throw Problem.field(lower(name), "is sent " + values.size() + " times; send it once")
          .asException();
    }
    return values.stream().findFirst();
  }

  /** All values of a list-valued field as one, or the empty string. */
  public String joined(String name) {
    return all(name).stream().collect(Collectors.joining(", "));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
