// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.prometheus;

import io.changetrail.model.catalogue.Catalogue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the labels of a series, or of an alert, say about where it belongs. */
public record SeriesLabels(Map<String, String> labels) {
  /** The label that holds a metric's name. */
  static final String METRIC = "__name__";

  private static final List<String> ENVIRONMENT =
      List.of("environment", "env", "deployment_environment_name", "deployment_environment");

  /** As in {@link io.changetrail.model.Target}. */
  private static final int LONGEST = 256;

  private static final List<String> INSTANCE = List.of("pod", "instance");

  /**
   * The canonical name of the service: of the labels that may hold it the first whose value the
   * catalogue knows, else the first that is there.
   *
   * @param names of labels that may hold it
   */
  public Optional<String> service(List<String> names, Catalogue catalogue) {
    List<String> values = names.stream().map(labels::get).filter(SeriesLabels::isName).toList();
    return values.stream()
        .filter(value -> catalogue.resolveService(value).isPresent())
        .findFirst()
        .or(() -> values.stream().findFirst())
        .map(catalogue::service);
  }

  /** The canonical name of the environment. */
  public Optional<String> environment(Catalogue catalogue) {
    return first(ENVIRONMENT).map(catalogue::environment);
  }

  /** The pod or host. */
  Optional<String> instance() {
    return first(INSTANCE);
  }

  private Optional<String> first(List<String> names) {
    return names.stream().map(labels::get).filter(SeriesLabels::isName).findFirst();
  }

  /**
   * Whether a target may be named so: a label can hold anything, and one is no reason to refuse.
   */
  private static boolean isName(@Nullable String value) {
    return value != null
        && !value.isBlank()
        && value.length() <= LONGEST
        && value.indexOf('\0') < 0
        && StandardCharsets.UTF_8.newEncoder().canEncode(value);
  }
}
