// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The query part of a URL, with repeated names kept apart. Complaints name the parameter. */
public final class Parameters {
  private final Map<String, List<String>> values;

  private Parameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * Reads the part of a URL behind the question mark.
   *
   * @throws ProblemException if it is not properly encoded UTF-8
   */
  public static Parameters parse(@Nullable String query) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    if (query != null && !query.isEmpty()) {
      for (String pair : query.split("&", -1)) {
        if (!pair.isEmpty()) {
          int equals = pair.indexOf('=');
          String name = decode("query", equals < 0 ? pair : pair.substring(0, equals), true);
          String value = equals < 0 ? "" : decode(name, pair.substring(equals + 1), true);
          values.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
        }
      }
    }
    return new Parameters(values);
  }

  public Set<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /** All values of a parameter that may be repeated, in order. */
  public List<String> all(String name) {
    return Collections.unmodifiableList(values.getOrDefault(name, List.of()));
  }

  /** The value of a parameter that may be given once. */
  public Optional<String> one(String name) {
    List<String> all = all(name);
    if (all.size() > 1) {
      throw Problem.field(name, "is given " + all.size() + " times; give it once").asException();
    }
    return all.stream().findFirst();
  }

  public String required(String name) {
    return one(name)
        .filter(value -> !value.isBlank())
        .orElseThrow(() -> Problem.field(name, "is required").asException());
  }

  /** A whole number within bounds, or the default. */
  public int number(String name, int lowest, int highest, int otherwise) {
    Optional<String> given = one(name);
    if (given.isEmpty()) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(given.get());
      if (number >= lowest && number <= highest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // not a number is as wrong as a number out of bounds, and has the same remedy
    }
    throw Problem.field(name, "must be a whole number from " + lowest + " to " + highest)
        .asException();
  }

  /**
   * Refuses names that the endpoint does not know: a misspelt filter must not silently match all.
   */
  public void only(Collection<String> known) {
    for (String name : names()) {
      if (!known.contains(name)) {
        throw Problem.field(
                name,
                "is not a parameter here"
                    + Names.nearest(name, known)
                        .map(nearest -> "; did you mean '" + nearest + "'?")
                        .orElse("; none is known"))
            .asException();
      }
    }
  }

  /**
   * Percent-decodes a value that is not part of a URL, for example of a header field.
   *
   * @throws ProblemException if it is not percent-encoded UTF-8
   */
  public static String decodePercent(String field, String text) {
    return decode(field, text, false);
  }

  /** Percent-decodes strictly. */
  static String decode(String field, String text, boolean plusIsSpace) {
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        boolean complete = i + 2 < text.length();
        int high = complete ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = complete ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw badEncoding(field);
        }
        bytes[length++] = (byte) (high * 16 + low);
        i += 2;
      } else if (c == '+' && plusIsSpace) {
        bytes[length++] = ' ';
      } else {
        if (c > 0x7f) {
          throw badEncoding(field); // the request line is ASCII
        }
        bytes[length++] = (byte) c;
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw badEncoding(field);
    }
  }

  private static ProblemException badEncoding(String field) {
    return Problem.field(field, "is not percent-encoded UTF-8 (RFC 3986 section 2.1)")
        .asException();
  }
}
