// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events: all conditions must hold; within one field any of the values.
 *
 * <p>Fields {@linkplain Field#isOfTarget() of a target} must hold on one and the same target. All
 * conditions are on the folded view, reduced to the reader's scope.
 *
 * <p>A value of {@link Field#SERVICE} may be the {@linkplain
 * io.changetrail.model.catalogue.WorkloadSelector#term() term} of a workload selector.
 *
 * @param from first instant of {@code time}, inclusive
 * @param to last instant of {@code time}, exclusive
 * @param text words that must all occur in summary, reason, changed paths and values, attributes or
 *     names; a trailing {@code *} matches any ending; see {@link SearchText}
 * @param paths changed paths, as dotted suffixes on segment borders: {@code spec.replicas} finds
 *     {@code /spec/replicas}; any of them
 * @param values changed scalar values, before or after, as written; any of them. A redacted value
 *     is found by its whole keyed hash
 */
public record Query(
    @Nullable Instant from,
    @Nullable Instant to,
    Map<Field, Set<String>> fields,
    @Nullable String text,
    Set<String> paths,
    Set<String> values) {

  private static final Query ALL = new Query(null, null, Map.of(), null, Set.of(), Set.of());

  public Query {
    EnumMap<Field, Set<String>> copy = new EnumMap<>(Field.class);
    fields.forEach((field, wanted) -> copy.put(field, Set.copyOf(wanted)));
    fields = java.util.Collections.unmodifiableMap(copy);
    paths = Set.copyOf(paths);
    values = Set.copyOf(values);
  }

  public static Query all() {
    return ALL;
  }

  public Query between(@Nullable Instant start, @Nullable Instant end) {
    return new Query(start, end, fields, text, paths, values);
  }

  /** With this field limited to the given values, in place of any earlier limit on it. */
  public Query where(Field field, Set<String> wanted) {
    EnumMap<Field, Set<String>> more = new EnumMap<>(Field.class);
    more.putAll(fields);
    more.put(field, wanted);
    return new Query(from, to, more, text, paths, values);
  }

  public Query where(Field field, String wanted) {
    return where(field, Set.of(wanted));
  }

  public Query withText(@Nullable String words) {
    return new Query(from, to, fields, words, paths, values);
  }

  public Query withPath(String path) {
    return new Query(from, to, fields, text, plus(paths, path), values);
  }

  public Query withValue(String value) {
    return new Query(from, to, fields, text, paths, plus(values, value));
  }

  private static Set<String> plus(Set<String> set, String element) {
    List<String> more = new ArrayList<>(set);
    more.add(element);
    return Set.copyOf(more);
  }
}
