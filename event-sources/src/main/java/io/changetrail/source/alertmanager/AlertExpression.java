// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.alertmanager;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The PromQL of an alert, as it stands in the URL of its generator. */
public final class AlertExpression {
  private static final String PARAMETER = "g0.expr=";

  private AlertExpression() {}

  /** The expression of {@code …/graph?g0.expr=…}; empty if there is none. */
  public static Optional<String> ofGeneratorUrl(String url) {
    int query = url.indexOf('?');
    if (query < 0) {
      return Optional.empty();
    }
    for (String pair : url.substring(query + 1).split("[&#]", -1)) {
      if (pair.startsWith(PARAMETER)) {
        try {
          String expression =
              URLDecoder.decode(pair.substring(PARAMETER.length()), StandardCharsets.UTF_8);
          return Optional.of(expression.strip()).filter(text -> !text.isEmpty());
        } catch (IllegalArgumentException e) {
          return Optional.empty(); // not URL-encoded: as good as none
        }
      }
    }
    return Optional.empty();
  }

  /** Host and port of a generator; empty if it is no URL. */
  public static Optional<String> authority(String url) {
    try {
      return Optional.ofNullable(new URI(url).getAuthority());
    } catch (URISyntaxException e) {
      int end = url.indexOf('/', url.indexOf("//") + 2);
      return end < 0 ? Optional.empty() : authority(url.substring(0, end));
    }
  }

  /**
   * What the alert measures: the expression without the comparison at its end, which would give
   * samples only while the alert fires. One that is no comparison is given back whole; of several
   * joined by {@code and}, {@code or} and {@code unless} the first counts.
   *
   * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/operators/">PromQL,
   *     operators</a>
   */
  public static String measured(String expression) {
    return Comparison.of(expression).measured;
  }

  /**
   * Whether the alert fires when what it measures falls below something ({@code true}) or rises
   * above it; empty where the expression is no comparison of that sort.
   */
  public static Optional<Boolean> firesBelow(String expression) {
    Comparison comparison = Comparison.of(expression);
    return switch (comparison.operator) {
      case ">=", ">" -> Optional.of(comparison.reversed);
      case "<=", "<" -> Optional.of(!comparison.reversed);
      default -> Optional.empty();
    };
  }

  /**
   * The outermost comparison of an expression.
   *
   * @param operator empty where it is none
   * @param reversed whether the constant stands to the left
   */
  private record Comparison(String measured, String operator, boolean reversed) {
    static Comparison of(String expression) {
      String text = unwrapped(expression.strip());
      for (String word : List.of("or", "and", "unless")) {
        int at = outer(text, word, true);
        if (at >= 0) {
          return of(text.substring(0, at));
        }
      }
      for (String operator : List.of(">=", "<=", "==", "!=", ">", "<")) {
        int at = outer(text, operator, false);
        if (at >= 0) {
          String left = text.substring(0, at).strip();
          String right = text.substring(at + operator.length()).strip();
          boolean reversed = isConstant(left);
          String measured = unwrapped(reversed ? right.replaceFirst("^bool\\b", "").strip() : left);
          return new Comparison(measured.isEmpty() ? text : measured, operator, reversed);
        }
      }
      return new Comparison(text, "", false);
    }
  }

  private static boolean isConstant(String text) {
    return text.matches("[-+0-9.eE*/()\\s]+|[-+]?Inf|NaN");
  }

  /** Without brackets around the whole. */
  private static String unwrapped(String text) {
    String inner = text;
    while (inner.startsWith("(") && closing(inner) == inner.length() - 1) {
      inner = inner.substring(1, inner.length() - 1).strip();
    }
    return inner;
  }

  /** Where the bracket that opens a text is closed; -1 if it is not. */
  private static int closing(String text) {
    Scanner scanner = new Scanner(text);
    while (scanner.next()) {
      if (scanner.depth == 0) {
        return scanner.at;
      }
    }
    return -1;
  }

  /** The first place of an operator outside of brackets and quotes; -1 if there is none. */
  private static int outer(String text, String operator, boolean word) {
    Scanner scanner = new Scanner(text);
    while (scanner.next()) {
      int at = scanner.at;
      if (scanner.depth == 0
          && !scanner.quoted
          && text.regionMatches(word, at, operator, 0, operator.length())
          && (!word || (isBorder(text, at - 1) && isBorder(text, at + operator.length())))) {
        return at;
      }
    }
    return -1;
  }

  private static boolean isBorder(String text, int at) {
    return at < 0
        || at >= text.length()
        || !(Character.isLetterOrDigit(text.charAt(at))
            || text.charAt(at) == '_'
            || text.charAt(at) == ':');
  }

  /** Walks over a text and knows how deep in brackets it is. */
  private static final class Scanner {
    private final String text;
    private int at = -1;
    private int depth;
    private boolean quoted;
    private char quote;

    Scanner(String text) {
      this.text = text;
    }

    boolean next() {
      at++;
      if (at >= text.length()) {
        return false;
      }
      char c = text.charAt(at);
      if (quoted) {
        if (c == '\\' && quote != '`') {
          at++;
        } else if (c == quote) {
          quoted = false;
        }
        return at < text.length();
      }
      switch (c) {
        case '"', '\'', '`' -> {
          quoted = true;
          quote = c;
        }
        case '(', '[', '{' -> depth++;
        case ')', ']', '}' -> depth--;
        default -> {}
      }
      return true;
    }
  }
}
