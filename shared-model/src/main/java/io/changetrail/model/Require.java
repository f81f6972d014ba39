// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import org.jspecify.annotations.Nullable;

/** The checks that the records of this package share. */
final class Require {
  private Require() {}

  static String text(String field, @Nullable String value, int maxLength) {
    if (value == null || value.isBlank()) {
      throw new InvalidEventException(field, "is required and must not be blank");
    }
    return bounded(field, value, maxLength);
  }

  static @Nullable String optionalText(String field, @Nullable String value, int maxLength) {
    return value == null ? null : text(field, value, maxLength);
  }

  static <T> T present(String field, @Nullable T value) {
    if (value == null) {
      throw new InvalidEventException(field, "is required");
    }
    return value;
  }

  static void atMost(String field, int size, int most) {
    if (size > most) {
      throw new InvalidEventException(
          field, "has " + size + " entries; at most " + most + " are allowed");
    }
  }

  private static String bounded(String field, String value, int maxLength) {
    if (value.length() > maxLength) {
      throw new InvalidEventException(
          field, "has " + value.length() + " characters; at most " + maxLength + " are allowed");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c != 0 && c < Character.MIN_SURROGATE) {
        continue;
      }
      boolean paired =
          Character.isHighSurrogate(c)
              ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
              : !Character.isLowSurrogate(c)
                  || (i > 0 && Character.isHighSurrogate(value.charAt(i - 1)));
      if (!paired || c == 0) {
        throw new InvalidEventException(
            field, "has a character at " + i + " that is not valid Unicode text; send UTF-8");
      }
    }
    return value;
  }
}
