// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.content;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.erdtman.jcs.NumberToJSON;

/**
 * The JSON Canonicalization Scheme of RFC 8785: one spelling for each tree.
 *
 * <p>RFC 8785 is defined for numbers that a double holds exactly. Any other number keeps all its
 * digits here, so that two different large numbers never get the same spelling.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8785">RFC 8785</a>
 */
public final class CanonicalJson {
  /** Up to here every whole number is a double, and is spelt with its digits alone. */
  private static final long LARGEST_WHOLE = 1L << 53;

  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private byte[] out = new byte[2048];
  private int size;

  private CanonicalJson() {}

  /** The canonical spelling in UTF-8. */
  public static byte[] bytes(JsonNode tree) {
    CanonicalJson json = new CanonicalJson();
    json.write(tree);
    return Arrays.copyOf(json.out, json.size);
  }

  private void write(JsonNode node) {
    switch (node.getNodeType()) {
      case OBJECT -> object(node);
      case ARRAY -> array(node);
      case STRING -> string(node.textValue());
      case NUMBER -> ascii(number(node));
      case BOOLEAN -> ascii(node.booleanValue() ? "true" : "false");
      case NULL -> ascii("null");
      default -> throw new IllegalArgumentException("not a JSON value: " + node.getNodeType());
    }
  }

  private void array(JsonNode node) {
    put('[');
    for (int i = 0; i < node.size(); i++) {
      if (i > 0) {
        put(',');
      }
      write(node.get(i));
    }
    put(']');
  }

  private void object(JsonNode node) {
    List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(node.properties());
    // String order is the order of UTF-16 units that RFC 8785 §3.2.3 asks for
    fields.sort(Map.Entry.comparingByKey());
    put('{');
    boolean first = true;
    for (Map.Entry<String, JsonNode> field : fields) {
      if (!first) {
        put(',');
      }
      first = false;
      string(field.getKey());
      put(':');
      write(field.getValue());
    }
    put('}');
  }

  private static String number(JsonNode node) {
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      long whole = node.longValue();
      if (whole >= -LARGEST_WHOLE && whole <= LARGEST_WHOLE) {
        return Long.toString(whole);
      }
    }
    BigDecimal exact = node.decimalValue();
    double rounded = exact.doubleValue();
    if (Double.isFinite(rounded) && isSpellingOf(exact, rounded)) {
      try {
        return NumberToJSON.serializeNumber(rounded);
      } catch (IOException e) {
        throw new UncheckedIOException("a finite number can always be written", e);
      }
    }
    return exact.stripTrailingZeros().toString();
  }

  /** Whether the double has exactly this value, or this is its own shortest spelling (0.1). */
  private static boolean isSpellingOf(BigDecimal exact, double rounded) {
    return new BigDecimal(rounded).compareTo(exact) == 0
        || BigDecimal.valueOf(rounded).compareTo(exact) == 0;
  }

  private void string(String text) {
    room(text.length() + 2);
    out[size++] = '"';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
        put(c);
      } else if (c < 0x80) {
        escaped(c);
      } else if (c < 0x800) {
        put(0xc0 | (c >> 6));
        put(0x80 | (c & 0x3f));
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        int point = Character.toCodePoint(c, text.charAt(i));
        put(0xf0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3f));
        put(0x80 | ((point >> 6) & 0x3f));
        put(0x80 | (point & 0x3f));
      } else if (Character.isSurrogate(c)) {
        put('?'); // half a character has no UTF-8
      } else {
        put(0xe0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
      }
    }
    put('"');
  }

  private void escaped(char c) {
    put('\\');
    switch (c) {
      case '"', '\\' -> put(c);
      case '\b' -> put('b');
      case '\f' -> put('f');
      case '\n' -> put('n');
      case '\r' -> put('r');
      case '\t' -> put('t');
      default -> {
        ascii("u00");
        put(HEX[c >> 4]);
        put(HEX[c & 0xf]);
      }
    }
  }

  private void ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
  }

  private void put(int unit) {
    if (size == out.length) {
      room(1);
    }
    out[size++] = (byte) unit;
  }

  private void room(int more) {
    if (out.length - size < more) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
    }
  }
}
