// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.InvalidEventException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of a foreign payload, read without trust: absent, null and blank are all {@code null}, and
 * what is required but missing is an {@link InvalidEventException} that names the path.
 *
 * @param node may be the missing node
 * @param path JSON Pointer of the part within the payload; empty for the whole
 */
public record Payload(JsonNode node, String path) {
  public static Payload of(JsonNode whole) {
    return new Payload(whole, "");
  }

  /** The part at a JSON Pointer. */
  public Payload at(String pointer) {
    return new Payload(node.at(JsonPointer.compile(pointer)), path + pointer);
  }

  /** The part under a name that may hold any characters. */
  public Payload field(String name) {
    return new Payload(node.path(name), path + "/" + name.replace("~", "~0").replace("/", "~1"));
  }

  public boolean isPresent() {
    return !node.isMissingNode() && !node.isNull();
  }

  /** A text, number or boolean as text. */
  public @Nullable String text(String pointer) {
    JsonNode value = at(pointer).node();
    if (!value.isValueNode() || value.isNull() || value.asText().isBlank()) {
      return null;
    }
    return value.asText();
  }

  /** The first line of a text, cut to a length. */
  public @Nullable String line(String pointer, int maxLength) {
    String text = text(pointer);
    return text == null
        ? null
        : shortened(text.strip().lines().findFirst().orElse(text), maxLength);
  }

  /** A text cut to a length. */
  public @Nullable String cut(String pointer, int maxLength) {
    String text = text(pointer);
    return text == null ? null : shortened(text, maxLength);
  }

  private static String shortened(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    int end = maxLength - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }

  /** An http or https URL; whatever else stands there is left out. */
  public @Nullable String url(String pointer) {
    String text = text(pointer);
    return text != null
            && text.length() <= 2048
            && (text.startsWith("https://") || text.startsWith("http://"))
        ? text
        : null;
  }

  /**
   * A text that must be there.
   *
   * @throws InvalidEventException if it is not
   */
  public String required(String pointer) {
    String text = text(pointer);
    if (text == null) {
      throw missing(pointer);
    }
    return text;
  }

  /**
   * The first of several places that holds a moment: ISO 8601, or a number of seconds since the
   * epoch. Moments before the epoch are placeholders of providers and count as absent.
   */
  public Optional<Instant> firstTime(String... pointers) {
    for (String pointer : pointers) {
      JsonNode value = at(pointer).node();
      Instant time = value.canConvertToLong() ? seconds(value.asLong()) : iso(value.textValue());
      if (time != null && time.isAfter(Instant.EPOCH)) {
        return Optional.of(time);
      }
    }
    return Optional.empty();
  }

  /**
   * The first of several places that holds a moment, as {@link #firstTime} reads it.
   *
   * @throws InvalidEventException if none does
   */
  public Instant time(String... pointers) {
    return firstTime(pointers).orElseThrow(() -> missing(pointers[0]));
  }

  private static @Nullable Instant seconds(long seconds) {
    return seconds > 0 && seconds < Instant.MAX.getEpochSecond()
        ? Instant.ofEpochSecond(seconds)
        : null;
  }

  private static @Nullable Instant iso(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      return null; // the caller looks elsewhere and complains if no place holds a moment
    }
  }

  /** The complaint that a part is missing or not of the expected form. */
  public InvalidEventException missing(String pointer) {
    return new InvalidEventException(
        "body" + path + pointer, "is missing or malformed; is this payload of the expected kind?");
  }
}
