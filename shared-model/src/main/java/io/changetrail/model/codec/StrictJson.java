// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.changetrail.model.InvalidEventException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that somebody else wrote: UTF-8, each member once, whole characters, and bounded in
 * depth, strings, names and numbers. A complaint names the field by its path, such as {@code
 * data.context.id}, or {@code body} where there is no field to name; it never repeats a value.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259, JSON</a>
 */
public final class StrictJson {
  /** Levels of objects and arrays. */
  static final int MAX_DEPTH = 64;

  private static final int MAX_STRING = 1 << 20;
  private static final int MAX_NAME = 1024;
  private static final int MAX_DIGITS = 100;

  /** A path is cut here: of what is nested too deeply, the way in says enough. */
  private static final int MAX_PATH = 120;

  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_STRING)
                          .maxNameLength(MAX_NAME)
                          .maxNumberLength(MAX_DIGITS)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  // JSON between systems is UTF-8; another encoding would slip past the checks.
                  .disable(JsonFactory.Feature.CHARSET_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(new ReadableNumbers())
          .build();

  private StrictJson() {}

  /**
   * The value that a text holds. A byte order mark in front is passed over.
   *
   * @throws InvalidEventException if it is not one JSON value within the bounds
   */
  public static JsonNode read(byte[] text) {
    checkUtf8(text);
    int start = start(text);
    try (JsonParser parser = JSON.createParser(text, start, text.length - start)) {
      JsonNode tree;
      try {
        tree = JSON.readTree(parser);
      } catch (JsonProcessingException e) {
        throw complaint(e, path(parser.getParsingContext()));
      } catch (NumberFormatException e) {
        throw new InvalidEventException(
            path(parser.getParsingContext()),
            "is a number whose exponent is beyond "
                + ReadableNumbers.MAX_EXPONENT
                + "; send it as a string");
      }
      if (tree == null || tree.isMissingNode()) {
        throw new InvalidEventException("body", "is empty; send JSON");
      }
      checkSurrogates(text, tree);
      return tree;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory cannot fail", e);
    }
  }

  /**
   * The elements of an array, found by brackets, commas and quotes alone, so that each can be read
   * although another is not JSON. Empty if the text is no array or does not end as one.
   */
  static Optional<List<byte[]>> elements(byte[] array) {
    List<byte[]> elements = new ArrayList<>();
    int from = start(array);
    while (from < array.length && isSpace(array[from])) {
      from++;
    }
    if (from == array.length || array[from] != '[') {
      return Optional.empty();
    }
    from++;
    int depth = 1;
    boolean quoted = false;
    for (int i = from; i < array.length; i++) {
      byte b = array[i];
      if (quoted) {
        if (b == '\\') {
          i++;
        } else if (b == '"') {
          quoted = false;
        }
      } else if (b == '"') {
        quoted = true;
      } else if (b == '[' || b == '{') {
        depth++;
      } else if (b == ',' && depth == 1) {
        elements.add(Arrays.copyOfRange(array, from, i));
        from = i + 1;
      } else if ((b == ']' || b == '}') && --depth == 0) {
        elements.add(Arrays.copyOfRange(array, from, i));
        return isBlank(array, i + 1) ? Optional.of(elements) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static boolean isBlank(byte[] text, int from) {
    for (int i = from; i < text.length; i++) {
      if (!isSpace(text[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  /** Behind the byte order mark, which a sender must not add and a reader may ignore (§8.1). */
  private static int start(byte[] text) {
    return text.length >= 3
            && text[0] == (byte) 0xEF
            && text[1] == (byte) 0xBB
            && text[2] == (byte) 0xBF
        ? 3
        : 0;
  }

  /** Whether the value in a text is an array, by its first character. */
  public static boolean isArray(byte[] text) {
    for (int i = start(text); i < text.length; i++) {
      if (!isSpace(text[i])) {
        return text[i] == '[';
      }
    }
    return false;
  }

  /** Jackson's message would repeat a piece of the input; this one says where to look. */
  private static InvalidEventException complaint(JsonProcessingException e, String path) {
    @Nullable String message = e.getOriginalMessage();
    String why = message == null ? "" : message;
    if (why.startsWith("Duplicate field") || why.startsWith("Duplicate Object property")) {
      return new InvalidEventException(path, "is sent twice: a duplicate field; send it once");
    }
    if (why.contains("exceeds the maximum")) {
      return new InvalidEventException(
          path,
          why.startsWith("Document nesting depth")
              ? "is nested deeper than " + MAX_DEPTH + " levels; flatten it at the source"
              : why.startsWith("Number")
                  ? "is a number of over " + MAX_DIGITS + " digits; send it as a string"
                  : why.startsWith("String")
                      ? "is a string over 1 MiB; cut it at the source"
                      : "has a field name over " + MAX_NAME + " characters; shorten it");
    }
    JsonLocation at = e.getLocation();
    return new InvalidEventException(
        "body",
        "is not valid JSON"
            + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr())
            + "; write it with a JSON library");
  }

  private static String path(JsonStreamContext context) {
    StringBuilder path = new StringBuilder();
    for (JsonStreamContext at = context; at != null && !at.inRoot(); at = at.getParent()) {
      if (at.hasCurrentName()) {
        path.insert(0, at.getCurrentName()).insert(0, '.');
      } else if (at.inArray() && at.hasCurrentIndex()) {
        path.insert(0, "[" + at.getCurrentIndex() + "]");
      }
    }
    return named(path);
  }

  private static String named(StringBuilder path) {
    if (path.length() > 0 && path.charAt(0) == '.') {
      path.deleteCharAt(0);
    } else {
      path.insert(0, "body");
    }
    return path.length() <= MAX_PATH ? path.toString() : path.substring(0, MAX_PATH) + "…";
  }

  private static void checkUtf8(byte[] text) {
    if (isAscii(text)) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(text);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(bytes);
    } catch (CharacterCodingException e) {
      InvalidEventException invalid =
          new InvalidEventException(
              "body", "is not valid UTF-8 at byte " + bytes.position() + "; encode it as UTF-8");
      invalid.addSuppressed(e);
      throw invalid;
    }
  }

  private static boolean isAscii(byte[] text) {
    for (byte b : text) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /** In valid UTF-8 a surrogate without its partner can only come from an escape. */
  private static void checkSurrogates(byte[] bytes, JsonNode tree) {
    for (int i = 0; i + 2 < bytes.length; i++) {
      if (bytes[i] == '\\' && bytes[i + 1] == 'u' && (bytes[i + 2] | 0x20) == 'd') {
        StringBuilder path = new StringBuilder();
        if (findHalf(tree, path)) {
          throw new InvalidEventException(
              named(path), "has an escape that is half a surrogate pair; send whole characters");
        }
        return;
      }
    }
  }

  /** Whether half a character is within; then the path leads to it. */
  private static boolean findHalf(JsonNode tree, StringBuilder path) {
    if (tree.isTextual()) {
      return !TreeTrim.isUnicode(tree.textValue());
    }
    int length = path.length();
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      if (!TreeTrim.isUnicode(field.getKey())) {
        return true;
      }
      path.append('.').append(field.getKey());
      if (findHalf(field.getValue(), path)) {
        return true;
      }
      path.setLength(length);
    }
    for (int i = 0; tree.isArray() && i < tree.size(); i++) {
      path.append('[').append(i).append(']');
      if (findHalf(tree.get(i), path)) {
        return true;
      }
      path.setLength(length);
    }
    return false;
  }
}
