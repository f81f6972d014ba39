// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.config.LinkTemplate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Links from a change to where its effect can be seen: metrics, traces and logs of its service
 * around it.
 */
public final class ChangeLinks {
  private static final Duration BEFORE = Duration.ofMinutes(30);
  private static final Duration AFTER = Duration.ofHours(1);

  private final List<LinkTemplate> templates;

  public ChangeLinks(List<LinkTemplate> templates) {
    this.templates = List.copyOf(templates);
  }

  /** The links of a change, by name. */
  Map<String, String> of(ObservedChange change, Catalogue catalogue) {
    Instant from = change.start().minus(BEFORE);
    Instant to = (change.end() == null ? change.start() : change.end()).plus(AFTER);
    Map<String, String> values =
        Map.of(
            "service",
            ChangeJson.services(change, catalogue).stream().findFirst().orElse(""),
            "environment",
            ChangeJson.environments(change, catalogue).stream().findFirst().orElse(""),
            "from",
            from.toString(),
            "to",
            to.toString(),
            "fromMillis",
            Long.toString(from.toEpochMilli()),
            "toMillis",
            Long.toString(to.toEpochMilli()));
    Map<String, String> links = new LinkedHashMap<>();
    templates.forEach(template -> links.put(template.name(), template.filled(values)));
    return links;
  }
}
