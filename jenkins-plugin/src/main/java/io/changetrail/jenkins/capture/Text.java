// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Texts of any length and content, made such that an event can hold them. */
final class Text {
  private Text() {}

  /** The text with at most so many characters; {@code null} if nothing is in it. */
  static @Nullable String cut(@Nullable String text, int most) {
    if (text == null || text.isBlank()) {
      return null;
    }
    // Cut first: a parameter may have 50 MB.
    String part = text;
    if (text.length() > most) {
      int end = most - 1;
      part =
          text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }
    return valid(part);
  }

  /** The first line, with at most so many characters. */
  static @Nullable String line(@Nullable String text, int most) {
    String part = cut(text, 2 * most);
    return part == null ? null : cut(part.strip().lines().findFirst().orElse(part), most);
  }

  /** As {@link #cut}, of a text that is never blank. */
  static String required(String text, int most) {
    String cut = cut(text, most);
    return cut == null ? "(blank)" : cut;
  }

  /** A text that stands for another within an id: itself, or a piece of it and its hash. */
  static String inId(String text, int most) {
    String valid = valid(text);
    if (valid.length() <= most && valid.equals(text) && !valid.isBlank()) {
      return valid;
    }
    String hash = "~" + sha256(text).substring(0, 32);
    String piece = required(text, most - hash.length());
    return piece + hash;
  }

  private static String valid(String text) {
    StringBuilder mended = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean bad =
          c == 0
              || (Character.isHighSurrogate(c)
                  && (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))))
              || (Character.isLowSurrogate(c)
                  && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1))));
      if (bad) {
        mended = mended == null ? new StringBuilder(text) : mended;
        mended.setCharAt(i, '\uFFFD');
      }
    }
    return mended == null ? text : mended.toString();
  }

  private static String sha256(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_16BE)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
