// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ObservedChange;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Links from a change to where its effect can be seen: metrics, traces and logs of its service
 * around it. A template may have {@code {service}}, {@code {environment}}, {@code {from}}, {@code
 * {to}} (ISO 8601), {@code {fromMillis}} and {@code {toMillis}}.
 */
public final class ChangeLinks {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");
  private static final Set<String> KNOWN =
      Set.of("service", "environment", "from", "to", "fromMillis", "toMillis");

  private static final Duration BEFORE = Duration.ofMinutes(30);
  private static final Duration AFTER = Duration.ofHours(1);

  private final Map<String, String> templates;

  /**
   * @param templates by name
   */
  public ChangeLinks(Map<String, String> templates) {
    this.templates = new LinkedHashMap<>(templates);
  }

  /**
   * A template that can be used.
   *
   * @throws IllegalArgumentException if it cannot; the message says why
   */
  public static String checked(String template) {
    if (!template.startsWith("https://") && !template.startsWith("http://")) {
      throw new IllegalArgumentException("it must be an http or https URL");
    }
    Matcher placeholder = PLACEHOLDER.matcher(template);
    while (placeholder.find()) {
      if (!KNOWN.contains(placeholder.group(1))) {
        throw new IllegalArgumentException(
            "{" + placeholder.group(1) + "} is none of {" + String.join("}, {", sorted()) + "}");
      }
    }
    return template;
  }

  private static List<String> sorted() {
    return KNOWN.stream().sorted().toList();
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
    templates.forEach(
        (name, template) ->
            links.put(
                name,
                PLACEHOLDER
                    .matcher(template)
                    .replaceAll(
                        match ->
                            Matcher.quoteReplacement(
                                URLEncoder.encode(
                                    values.get(match.group(1)), StandardCharsets.UTF_8)))));
    return links;
  }
}
