// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.content;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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
  private CanonicalJson() {}

  /** The canonical spelling in UTF-8. */
  public static byte[] bytes(JsonNode tree) {
    StringBuilder out = new StringBuilder(1024);
    write(tree, out);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(JsonNode node, StringBuilder out) {
    switch (node.getNodeType()) {
      case OBJECT -> object(node, out);
      case ARRAY -> {
        out.append('[');
        for (int i = 0; i < node.size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          write(node.get(i), out);
        }
        out.append(']');
      }
      case STRING -> string(node.textValue(), out);
      case NUMBER -> out.append(number(node));
      case BOOLEAN -> out.append(node.booleanValue());
      case NULL -> out.append("null");
      default -> throw new IllegalArgumentException("not a JSON value: " + node.getNodeType());
    }
  }

  private static void object(JsonNode node, StringBuilder out) {
    List<String> names = new ArrayList<>(node.size());
    node.fieldNames().forEachRemaining(names::add);
    names.sort(null); // String order is the order of UTF-16 units that RFC 8785 §3.2.3 asks for
    out.append('{');
    boolean first = true;
    for (String name : names) {
      if (!first) {
        out.append(',');
      }
      first = false;
      string(name, out);
      out.append(':');
      write(node.get(name), out);
    }
    out.append('}');
  }

  private static String number(JsonNode node) {
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

  private static void string(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append("\\u00").append(c < 0x10 ? '0' : '1').append(Character.forDigit(c & 15, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
