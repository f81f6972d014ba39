// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.http.JsonFields;
import io.changetrail.server.http.Names;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.SearchText;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The filters that all reading endpoints share: {@code from}, {@code to}, one parameter for each
 * {@link Field}, {@code path}, {@code value}, and {@code q}, in which words stand beside terms such
 * as {@code path:spec.replicas} or {@code service:checkout}. A service or environment is found
 * under every name that the catalogue knows for it.
 */
final class Filters {
  private static final Set<String> NAMES = names();

  private Filters() {}

  private static Set<String> names() {
    Set<String> names = new TreeSet<>(Set.of("from", "to", "q", "path", "value"));
    for (Field field : Field.values()) {
      names.add(field.wireName());
    }
    return names;
  }

  /** Refuses parameters that are neither filters nor among the others of the endpoint. */
  static void only(Parameters parameters, String... others) {
    Set<String> known = new TreeSet<>(NAMES);
    known.addAll(List.of(others));
    parameters.only(known);
  }

  /** The query that the filters mean. */
  static Query query(Parameters parameters, Catalogue catalogue) {
    Map<Field, Set<String>> fields = new LinkedHashMap<>();
    Set<String> paths = new LinkedHashSet<>(parameters.all("path"));
    Set<String> values = new LinkedHashSet<>(parameters.all("value"));
    for (Field field : Field.values()) {
      for (String value : parameters.all(field.wireName())) {
        add(fields, field, field.wireName(), value, catalogue);
      }
    }
    List<String> words = new ArrayList<>();
    for (String term : parameters.one("q").orElse("").strip().split("\\s+", -1)) {
      int colon = term.indexOf(':');
      String name = colon > 0 ? term.substring(0, colon) : "";
      String value = term.substring(colon + 1);
      Optional<Field> field = Field.named(name);
      if (name.equals("path")) {
        paths.add(value);
      } else if (name.equals("value")) {
        values.add(value);
      } else if (field.isPresent()) {
        add(fields, field.get(), "q", value, catalogue);
      } else if (!name.isEmpty() && looksLikeFilter(name)) {
        throw Problem.field(
                "q",
                "has the unknown filter '"
                    + name
                    + ":'"
                    + Names.nearest(name, NAMES)
                        .map(near -> "; did you mean '" + near + ":'?")
                        .orElse("")
                    + " Words with a colon in them can be written without it")
            .asException();
      } else if (!term.isEmpty()) {
        words.add(term);
      }
    }
    String phrase = String.join(" ", words);
    if (!words.isEmpty() && SearchText.queryWords(phrase).isEmpty()) {
      throw Problem.field(
              "q", "has no word to look for: words are of letters and digits; leave it out for all")
          .asException();
    }
    requireContent("path", paths);
    requireContent("value", values);
    Optional<Instant> from = parameters.one("from").map(text -> moment("from", text));
    Optional<Instant> to = parameters.one("to").map(text -> moment("to", text));
    if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
      throw Problem.field("from", "must be before to: the range is empty").asException();
    }
    return new Query(
        from.orElse(null), to.orElse(null), fields, words.isEmpty() ? null : phrase, paths, values);
  }

  /** A URL or a digest in a text has a colon too. */
  private static boolean looksLikeFilter(String name) {
    return name.matches("[a-z_]{2,20}")
        && !Set.of("http", "https", "sha256", "sha512", "pkg", "urn", "hmac", "mailto")
            .contains(name);
  }

  private static void requireContent(String name, Set<String> wanted) {
    if (wanted.stream().anyMatch(String::isBlank)) {
      throw Problem.field(name, "is empty; say what to look for, for example path=spec.replicas")
          .asException();
    }
  }

  private static void add(
      Map<Field, Set<String>> fields,
      Field field,
      String parameter,
      String value,
      Catalogue catalogue) {
    if (value.isBlank()) {
      throw Problem.field(parameter, "is empty; leave it out to match all").asException();
    }
    Set<String> wanted = fields.computeIfAbsent(field, ignored -> new LinkedHashSet<>());
    switch (field) {
      case SERVICE -> wanted.addAll(catalogue.serviceNames(value));
      case ENVIRONMENT -> wanted.addAll(catalogue.environmentNames(value));
      default -> wanted.add(value);
    }
  }

  /** A moment in RFC 3339, or in seconds since the epoch. */
  static Instant moment(String name, String text) {
    if (text.matches("\\d{1,11}(\\.\\d{1,9})?")) {
      java.math.BigDecimal seconds = new java.math.BigDecimal(text);
      try {
        return Instant.ofEpochSecond(
            seconds.longValue(),
            seconds.remainder(java.math.BigDecimal.ONE).movePointRight(9).longValue());
      } catch (DateTimeException e) {
        throw Problem.field(name, "is out of range").asException();
      }
    }
    return JsonFields.instant(name, text);
  }
}
