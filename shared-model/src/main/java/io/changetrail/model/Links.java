// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the event points at.
 *
 * @param traceparent W3C trace context of the run that made the change
 * @param tracestate its vendor part
 * @param causedBy the events that led to this one, for example the merge that triggered a build
 * @param urls links for people by label, for example {@code dashboard}; http and https only
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C Trace Context</a>
 */
public record Links(
    @Nullable String traceparent,
    @Nullable String tracestate,
    List<EventRef> causedBy,
    Map<String, String> urls) {

  /** How many causes one event may name. */
  public static final int MAX_CAUSES = 256;

  /** How many links for people one event may carry. */
  public static final int MAX_URLS = 64;

  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
  private static final Links NONE = new Links(null, null, List.of(), Map.of());

  public Links {
    if (traceparent != null && !TRACEPARENT.matcher(traceparent).matches()) {
      throw new InvalidEventException(
          "traceparent",
          "is not version-traceid-parentid-flags in lower-case hex (W3C Trace Context)");
    }
    Require.optionalText("tracestate", tracestate, 512);
    causedBy = List.copyOf(causedBy);
    Require.atMost("links.causedBy", causedBy.size(), MAX_CAUSES);
    Require.atMost("links.urls", urls.size(), MAX_URLS);
    for (Map.Entry<String, String> url : urls.entrySet()) {
      String field = "links.urls." + Require.text("links.urls", url.getKey(), 128);
      String value = Require.text(field, url.getValue(), 2048);
      if (!value.startsWith("https://") && !value.startsWith("http://")) {
        throw new InvalidEventException(field, "must be an http or https URL");
      }
    }
    urls = Collections.unmodifiableMap(new LinkedHashMap<>(urls));
  }

  public static Links none() {
    return NONE;
  }

  /** The trace id: 32 hex digits, which join the event to spans, logs and exemplars. */
  public Optional<String> traceId() {
    return Optional.ofNullable(traceparent).map(value -> value.substring(3, 35));
  }

  public boolean isEmpty() {
    return equals(NONE);
  }
}
