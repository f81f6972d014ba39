// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the metrics, traces or logs of a change can be seen.
 *
 * @param name that a reader sees
 * @param url which may have {@code {service}}, {@code {environment}}, {@code {from}}, {@code {to}}
 *     (ISO 8601), {@code {fromMillis}} and {@code {toMillis}}
 */
public record LinkTemplate(String name, String url) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");
  private static final Set<String> KNOWN =
      Set.of("service", "environment", "from", "to", "fromMillis", "toMillis");

  /**
   * A template that can be used.
   *
   * @throws IllegalArgumentException if it cannot; the message says why
   */
  public LinkTemplate {
    if (!url.startsWith("https://") && !url.startsWith("http://")) {
      throw new IllegalArgumentException("it must be an http or https URL");
    }
    Matcher placeholder = PLACEHOLDER.matcher(url);
    while (placeholder.find()) {
      if (!KNOWN.contains(placeholder.group(1))) {
        List<String> sorted = KNOWN.stream().sorted().toList();
        throw new IllegalArgumentException(
            "{" + placeholder.group(1) + "} is none of {" + String.join("}, {", sorted) + "}");
      }
    }
  }

  /**
   * The link.
   *
   * @param values of all placeholders, by their name
   */
  public String filled(Map<String, String> values) {
    return PLACEHOLDER
        .matcher(url)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(
                    URLEncoder.encode(values.get(match.group(1)), StandardCharsets.UTF_8)));
  }
}
