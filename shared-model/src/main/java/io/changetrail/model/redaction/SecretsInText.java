// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import io.changetrail.model.RedactedValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the secrets within a text, whatever the text is: a sentence, a log line, a command, a URL,
 * a connection string, properties, YAML, XML, JSON that was cut.
 *
 * <p>One pass. Each character is looked up in a table; at those that can belong to a secret's
 * surroundings (a separator of name and value, the anchor of a token's prefix) the surroundings are
 * examined. Whatever is examined ahead is bounded or consumed, so the time is linear in the length.
 */
final class SecretsInText {
  private static final int SHORTEST = 4;
  private static final int LONGEST_NAME = 128;
  private static final int LOOK_AHEAD = 512;

  private static final boolean[] TRIGGERS = new boolean[128];

  static {
    for (char c : ":=<-bB'\"N".toCharArray()) {
      TRIGGERS[c] = true;
    }
    for (char c = 0; c < 128; c++) {
      TRIGGERS[c] |= TokenShapes.isAnchor(c);
    }
  }

  /** A manifest of a Kubernetes Secret in YAML or JSON, whole or cut. */
  private static final Pattern SECRET_KIND =
      Pattern.compile(
          "kind\\\\{0,3}[\"']?[ \\t]{0,8}:[ \\t]{0,8}\\\\{0,3}[\"']?Secret(?:List)?\\b");

  private static final Pattern SECRET_DATA =
      Pattern.compile("(?:data|stringData)\\\\{0,3}[\"']?[ \\t]{0,8}:");

  /** {@code secret:namespace/name} of Kubernetes, {@code secret:path/name} of an AWS ARN. */
  private static final Pattern SECRET_REFERENCE =
      Pattern.compile("[a-z0-9][a-z0-9.-]{0,252}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,252}){1,8}+");

  /** Authorization schemes whose credentials are one word. */
  private static final Set<String> SCHEMES =
      Set.of("bearer", "basic", "token", "apikey", "negotiate", "ntlm", "key");

  /** What follows an option's name in a sentence about the option. */
  private static final Set<String> SENTENCE =
      Set.of(
          "and", "are", "as", "by", "can", "flag", "for", "from", "if", "in", "is", "must", "on",
          "option", "or", "should", "to", "was", "when", "will", "with");

  private static final Pattern SIGNATURE_PARAMETER =
      Pattern.compile("(?i)sig|signature|x-(?:amz|goog)-signature|x-amz-credential");

  private static final String HASH = "hmac-sha256:";

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,9}(?:[.,][0-9]{1,9})?%?");

  private final String text;
  private final int length;
  private final Replacement replacement;
  private @Nullable StringBuilder out;

  /** Up to here the text is in {@link #out}. */
  private int copied;

  /** Before this place nothing is examined again. */
  private int done;

  // The line and the semicolon that were looked up last: no stretch is searched twice.
  private int lineStart;
  private int lineEnd = -1;
  private int semicolon = -1;
  private int pemEnd = -1;

  private SecretsInText(String text, Replacement replacement) {
    this.text = text;
    this.length = text.length();
    this.replacement = replacement;
  }

  /** The text with each secret in it replaced; the same instance if there is none. */
  static String replace(String text, Replacement replacement) {
    if (text.length() < SHORTEST || RedactedValue.is(text)) {
      return text;
    }
    return new SecretsInText(text, replacement).replaced();
  }

  private String replaced() {
    if (isSecretManifest()) {
      return replacement.of(text, false);
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 128 && TRIGGERS[c] && i >= done) {
        examine(c, i);
      }
    }
    return out == null ? text : out.append(text, copied, length).toString();
  }

  private boolean isSecretManifest() {
    return text.contains("Secret")
        && SECRET_KIND.matcher(text).find()
        && SECRET_DATA.matcher(text).find();
  }

  private void examine(char c, int at) {
    switch (c) {
      case ':' -> {
        if (!pair(at) && text.startsWith("://", at)) {
          userInfo(at + 3);
        }
      }
      case '=' -> pair(at);
      case '<' -> element(at);
      case '\'', '"' -> sqlPassword(at);
      case 'b' -> scheme(at);
      case 'B' -> {
        scheme(at);
        token(at);
      }
      case '-' -> {
        if (!option(at)) {
          token(at);
        }
      }
      case 'N' -> {
        if (!pem(at)) {
          token(at);
        }
      }
      default -> token(at);
    }
  }

  /** Replaces this part with any token that begins in it, unless it was replaced before. */
  private void secret(int from, int until, boolean token) {
    int start = Math.max(from, copied);
    if (start >= until) {
      return;
    }
    int to = TokenShapes.endOfThoseWithin(text, start, until);
    String value = text.substring(start, to);
    done = Math.max(done, to);
    // Behind a user's name the colon of what stands for a secret looks like that of a password.
    int whole = text.startsWith(HASH, start - HASH.length()) ? start - HASH.length() : start;
    if (RedactedValue.is(text.substring(whole, to))) {
      return;
    }
    if (out == null) {
      out = new StringBuilder(length + 96);
    }
    out.append(text, copied, start).append(replacement.of(value, token));
    copied = to;
  }

  // Tokens and keys by their own look

  private void token(int at) {
    if (!TokenShapes.isAnchor(text.charAt(at))) {
      return;
    }
    Span token = TokenShapes.at(text, at, copied);
    if (token != null) {
      secret(token.start(), token.end(), true);
    }
  }

  private static final String PEM_BEGIN = "-----BEGIN";
  private static final String PEM_END = "-----END";
  private static final int SHORTEST_FULL_PEM_LINE = 60;

  /**
   * A private key in PEM, to its end line; where that was cut off, to the last line of Base64.
   *
   * @param at the N of BEGIN
   */
  private boolean pem(int at) {
    int begin = at + 1 - PEM_BEGIN.length();
    if (begin < copied || !text.startsWith(PEM_BEGIN, begin)) {
      return false;
    }
    int labelEnd = text.indexOf("-----", at + 1);
    if (labelEnd < 0
        || labelEnd - at > 64
        || !text.substring(at + 1, labelEnd).contains("PRIVATE KEY")) {
      return false;
    }
    int body = labelEnd + 5;
    if (pemEnd < body) {
      int found = text.indexOf(PEM_END, body);
      pemEnd = found < 0 ? length : found;
    }
    int end = pemEnd;
    int next = text.indexOf(PEM_BEGIN, body);
    if (end < length && (next < 0 || end < next)) {
      int dashes = text.indexOf("-----", end + PEM_END.length());
      boolean whole = dashes >= 0 && dashes - end <= 80;
      secret(begin, whole ? dashes + 5 : end + PEM_END.length(), true);
    } else {
      secret(begin, cutPemEnd(body), true);
    }
    return true;
  }

  private int cutPemEnd(int body) {
    int end = body;
    int i = body;
    while (i < length) {
      int run = afterLineBreaks(i);
      int stop = run;
      while (stop < length && isBase64(text.charAt(stop))) {
        stop++;
      }
      boolean header = stop < length && text.charAt(stop) == ':' && stop > run;
      if (header) { // Proc-Type and DEK-Info of an encrypted key
        stop = endOfLine(stop);
      } else if (stop == run) {
        break;
      }
      end = stop;
      i = stop;
      if (!header && stop - run < SHORTEST_FULL_PEM_LINE) {
        break; // only the last line is short
      }
    }
    return end;
  }

  private int afterLineBreaks(int from) {
    int i = from;
    while (i < length) {
      char c = text.charAt(i);
      boolean escaped =
          c == '\\' && i + 1 < length && (text.charAt(i + 1) == 'n' || text.charAt(i + 1) == 'r');
      if (escaped) {
        i += 2;
      } else if (Character.isWhitespace(c) || c == '\\') {
        i++;
      } else {
        break;
      }
    }
    return i;
  }

  private static boolean isBase64(char c) {
    return isAlphanumeric(c) || c == '+' || c == '/' || c == '=' || c == '-';
  }

  // Names and values

  /**
   * {@code name=value}, {@code name: value}, {@code "name": "value"}, {@code name => value}.
   *
   * @param at the separator
   * @return whether the name holds a credential
   */
  private boolean pair(int at) {
    if (text.charAt(at) == ':' && (charAt(at + 1) == ':' || charAt(at - 1) == ':')) {
      return false; // a path of Rust or C++
    }
    int keyEnd = at;
    while (keyEnd > copied && at - keyEnd < 3 && isBlank(text.charAt(keyEnd - 1))) {
      keyEnd--;
    }
    while (keyEnd > copied && isAroundName(text.charAt(keyEnd - 1)) && at - keyEnd < 8) {
      keyEnd--;
    }
    int keyStart = keyEnd;
    while (keyStart > done
        && keyEnd - keyStart < LONGEST_NAME
        && isNameCharacter(text.charAt(keyStart - 1))) {
      keyStart--;
    }
    if (keyStart == keyEnd) {
      return false;
    }
    boolean tight = text.charAt(at) == '=';
    boolean credential = isCredential(keyStart, keyEnd);
    if (!credential && charAt(keyStart - 1) == ' ') {
      int two = keyStart - 1; // API key: …
      while (two > done && isAlphanumeric(text.charAt(two - 1))) {
        two--;
      }
      credential =
          CredentialNames.mayHoldCredential(text, keyStart, keyEnd) && isCredential(two, keyEnd);
    }
    String name = null;
    if (!credential && tight && keyEnd - keyStart <= 20) {
      name = text.substring(keyStart, keyEnd);
      credential = SIGNATURE_PARAMETER.matcher(name).matches();
    }
    if (!credential) {
      return false;
    }
    name = text.substring(keyStart, keyEnd);
    int from = at + 1;
    while (from < length && (text.charAt(from) == '=' || text.charAt(from) == '>')) {
      from++;
    }
    boolean spaced = from < length && isBlank(text.charAt(from));
    while (from < length && isBlank(text.charAt(from))) {
      from++;
    }
    if (from < length) {
      value(name, keyStart, from, tight, spaced);
    }
    return true;
  }

  private boolean isCredential(int from, int to) {
    return CredentialNames.mayHoldCredential(text, from, to)
        && CredentialNames.holdCredential(text.substring(from, to));
  }

  private void value(String name, int keyStart, int from, boolean tight, boolean spaced) {
    int quote = from;
    while (quote < length && text.charAt(quote) == '\\') {
      quote++;
    }
    if (quote < length && isQuote(text.charAt(quote))) {
      quoted(quote, quote - from);
      return;
    }
    char first = text.charAt(from);
    if (first == '\n' || first == '\r' || first == '|' || first == '>') {
      block(keyStart, from);
      return;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith("authorization") || lower.endsWith("cookie")) {
      header(charAt(keyStart - 1), from);
      return;
    }
    if (!tight
        && !spaced
        && (lower.equals("secret") || lower.equals("secrets"))
        && isReference(from)) {
      return;
    }
    if (first == '{' || first == '[') {
      int close = balanced(from);
      if (close > 0) {
        plain(from, close, name, tight);
        return;
      }
    }
    plain(from, bareEnd(keyStart, from, tight), name, tight);
  }

  private boolean isReference(int from) {
    Matcher reference = SECRET_REFERENCE.matcher(text).region(from, length);
    if (!reference.lookingAt()) {
      return false;
    }
    done = Math.max(done, reference.end());
    return true;
  }

  /** A value without quotes. */
  private void plain(int from, int to, String name, boolean tight) {
    int end = withoutPunctuation(from, to);
    if (end <= from) {
      return;
    }
    String value = text.substring(from, end);
    if (Placeholders.is(value)) {
      done = Math.max(done, end);
      return;
    }
    boolean weak = CredentialNames.isPlural(name) || name.equalsIgnoreCase("auth");
    boolean quantity =
        (weak || name.toLowerCase(Locale.ROOT).endsWith("pass")) && NUMBER.matcher(value).matches();
    boolean sentence =
        !tight && weak && value.chars().allMatch(c -> c >= 'a' && c <= 'z' && value.length() < 20);
    if (!quantity && !sentence && (hasAlphanumeric(value) || value.length() >= SHORTEST)) {
      secret(from, end, false);
    }
  }

  /** Without the brackets and stops that follow a value. */
  private int withoutPunctuation(int from, int to) {
    int end = to;
    while (end > from && to - end < 8) {
      char last = text.charAt(end - 1);
      char opening =
          switch (last) {
            case ')' -> '(';
            case ']' -> '[';
            case '}' -> '{';
            case ',', ';', '.', ' ', '\t', '\r', '\\' -> last;
            default -> 0;
          };
      if (opening == 0 || (opening != last && text.substring(from, end).indexOf(opening) >= 0)) {
        return end;
      }
      end--;
    }
    return end;
  }

  /**
   * A quoted value.
   *
   * @param quote the opening quote
   * @param escapes how many backslashes stand before it
   */
  private void quoted(int quote, int escapes) {
    char mark = text.charAt(quote);
    int from = quote + 1;
    int i = from;
    int end = -1;
    while (end < 0) {
      i = text.indexOf(mark, i);
      if (i < 0) {
        end = endOfLine(from);
      } else if (backslashesBefore(i, from) > escapes) {
        i++;
      } else if (charAt(i + 1) == mark && escapes == 0 && i > from) {
        i += 2; // doubled within the value, as in SQL
      } else {
        end = i - Math.min(escapes, backslashesBefore(i, from));
      }
    }
    String value = text.substring(from, end);
    done = Math.max(done, end);
    if (!value.isEmpty() && !Placeholders.is(value)) {
      secret(from, end, false);
    }
  }

  private int backslashesBefore(int at, int from) {
    int count = 0;
    while (at - 1 - count >= from && text.charAt(at - 1 - count) == '\\') {
      count++;
    }
    return count;
  }

  /** A value on the lines below its name in YAML: all lines that are indented deeper. */
  private void block(int keyStart, int from) {
    int line = endOfLine(from);
    if (!text.substring(from, Math.min(line, from + 8)).strip().matches("[|>]?[-+0-9]{0,2}")) {
      plain(from, bareEnd(keyStart, from, true), "", true);
      return;
    }
    int indentation = indentationOf(startOfLine(keyStart));
    int start = -1;
    int end = -1;
    while (line < length) {
      int begin = line + 1;
      int stop = endOfLine(begin);
      boolean empty = text.substring(begin, stop).isBlank();
      if (!empty && indentationOf(begin) <= indentation) {
        break;
      }
      if (!empty) {
        start = start < 0 ? begin + indentationOf(begin) : start;
        end = stop;
      }
      line = stop;
    }
    if (start >= 0) {
      String below = text.substring(start, end).strip();
      boolean reference =
          below.startsWith("secretName:")
              || below.startsWith("name:")
              || below.startsWith("- name:");
      if (!reference && !Placeholders.is(below)) {
        secret(start, end, false);
      }
    }
  }

  /**
   * What an authorization or cookie header carries; the scheme stays.
   *
   * @param before what stands before the header's name: if it is a quote, the next one ends it
   */
  private void header(char before, int from) {
    int word = from;
    while (word < length && isAlphanumeric(text.charAt(word))) {
      word++;
    }
    String scheme = text.substring(from, word).toLowerCase(Locale.ROOT);
    if (word < length && isBlank(text.charAt(word)) && SCHEMES.contains(scheme)) {
      int start = word;
      while (start < length && isBlank(text.charAt(start))) {
        start++;
      }
      plain(start, wordEnd(start), "", true);
    } else {
      int end = from;
      while (end < length && !isLineBreak(text.charAt(end)) && !isEnd(before, text.charAt(end))) {
        end++;
      }
      plain(from, end, "", true);
    }
  }

  private static boolean isEnd(char opening, char c) {
    return isQuote(opening) && c == opening;
  }

  /**
   * Where a value without quotes ends: at white space, or at a separator behind which the next name
   * begins; in a connection string and in a line of its own that holds nothing else, spaces are
   * part of the value.
   */
  private int bareEnd(int keyStart, int from, boolean tight) {
    int line = endOfLine(from);
    int end = nextSemicolon(from);
    boolean inside = end < line && end - from <= LOOK_AHEAD;
    if (tight && inside && nameFollows(end + 1)) {
      return end;
    }
    if (tight && isAfterSemicolon(keyStart)) {
      return inside ? end : line;
    }
    if (isLineOfConfiguration(keyStart, line)) {
      return line;
    }
    int i = from;
    while (i < line) {
      char c = text.charAt(i);
      if (isBlank(c) || isQuote(c) || c == '<' || c == '>') {
        break;
      }
      boolean separates = c == '&' || c == ';' || c == ',' || c == '|' || c == '#';
      if (separates && i > from && nameFollows(i + 1)) {
        break;
      }
      if (c == '{' && i + 1 < line && text.charAt(i + 1) == '{') { // a template with spaces
        int most = Math.min(line, i + LOOK_AHEAD);
        int close = i + 2;
        while (close < most && !text.startsWith("}}", close)) {
          close++;
        }
        if (close < most) {
          i = close + 1;
        }
      }
      i++;
    }
    return i;
  }

  private int wordEnd(int from) {
    int i = from;
    while (i < length) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c) || isQuote(c) || c == '<' || c == '>') {
        break;
      }
      i++;
    }
    return i;
  }

  private boolean nameFollows(int from) {
    int i = from;
    while (i < length && i - from < 4 && isBlank(text.charAt(i))) {
      i++;
    }
    int name = i;
    while (i < length
        && i - name < 64
        && (isNameCharacter(text.charAt(i)) || text.charAt(i) == ' ')) {
      i++;
    }
    return i > name && i < length && (text.charAt(i) == '=' || text.charAt(i) == ':');
  }

  private boolean isAfterSemicolon(int keyStart) {
    int i = keyStart - 1;
    while (i >= 0 && isBlank(text.charAt(i))) {
      i--;
    }
    return i >= 0 && text.charAt(i) == ';';
  }

  /** Whether name and value fill a line between other lines of names and values. */
  private boolean isLineOfConfiguration(int keyStart, int lineEnd) {
    int start = startOfLine(keyStart);
    for (int i = start; i < keyStart; i++) {
      if (!isBlank(text.charAt(i)) && !isAroundName(text.charAt(i)) && text.charAt(i) != '-') {
        return false;
      }
    }
    return (start > 0 && nameFollows(startOfLine(start - 1)))
        || (lineEnd < length && nameFollows(lineEnd + 1));
  }

  private int balanced(int open) {
    int depth = 0;
    char quote = 0;
    for (int i = open; i < length; i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"') {
        quote = c;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        return i + 1;
      }
    }
    return length; // cut off: all of it
  }

  // Other surroundings

  /** {@code --password value}, {@code -u name:password}. */
  private boolean option(int at) {
    char before = charAt(at - 1);
    if (at > 0 && !Character.isWhitespace(before) && !isQuote(before) && before != '=') {
      return false;
    }
    int start = charAt(at + 1) == '-' ? at + 2 : at + 1;
    int end = start;
    while (end < length && end - start < LONGEST_NAME && isNameCharacter(text.charAt(end))) {
      end++;
    }
    int value = end;
    while (value < length && isBlank(text.charAt(value))) {
      value++;
    }
    if (end == start || value == end || value == length) {
      return false;
    }
    String name = text.substring(start, end);
    if (name.equals("u") || name.equals("user")) {
      int quote = isQuote(text.charAt(value)) ? 1 : 0;
      int colon = text.indexOf(':', value);
      int stop = wordEnd(value + quote);
      if (colon > value && colon < stop && !isNumber(colon + 1, stop)) {
        secret(colon + 1, stop, false);
        return true;
      }
      return false;
    }
    if (!CredentialNames.holdCredential(name)) {
      return false;
    }
    char first = text.charAt(value);
    if (isQuote(first)) {
      quoted(value, 0);
      return true;
    }
    int stop = withoutPunctuation(value, wordEnd(value));
    String word = text.substring(value, Math.max(value, stop));
    if (!word.isEmpty()
        && !word.startsWith("--")
        && !SENTENCE.contains(word)
        && !Placeholders.is(word)) {
      secret(value, stop, false);
    }
    return true;
  }

  private boolean isNumber(int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** {@code //user:password@host}, and a token in place of the user. */
  private void userInfo(int from) {
    int end = from;
    int sign = -1;
    int colon = text.indexOf(':', from);
    while (end < length && end - from < 2 * LOOK_AHEAD) {
      char c = text.charAt(end);
      if (c == '@') {
        sign = end;
      }
      if (Character.isWhitespace(c) || isQuote(c) || c == '<' || c == '>') {
        break;
      }
      if (c == '/' || c == '?' || c == '#') {
        boolean port =
            colon < 0 || colon >= end || isNumber(colon + 1, end) || text.charAt(from) == '[';
        if (sign >= 0 || port) {
          break; // otherwise it stands within a password
        }
      }
      end++;
    }
    if (sign < 0) {
      return;
    }
    if (colon >= 0 && colon < sign) {
      if (colon + 1 < sign && !Placeholders.is(text.substring(colon + 1, sign))) {
        secret(colon + 1, sign, false);
      }
    } else if (sign - from >= 20 && hasDigit(from, sign)) {
      secret(from, sign, false);
    }
  }

  private boolean hasDigit(int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) >= '0' && text.charAt(i) <= '9') {
        return true;
      }
    }
    return false;
  }

  /** {@code Bearer token} and {@code Basic base64}, outside of a header. */
  private void scheme(int at) {
    boolean bearer = text.regionMatches(true, at, "bearer", 0, 6);
    boolean basic = !bearer && text.regionMatches(true, at, "basic", 0, 5);
    if ((!bearer && !basic) || (at > 0 && isAlphanumeric(text.charAt(at - 1)))) {
      return;
    }
    int gap = at + (bearer ? 6 : 5);
    int from = gap;
    while (from < length && isBlank(text.charAt(from))) {
      from++;
    }
    if (from == gap || from == length) {
      return;
    }
    int end = from;
    while (end < length && isTokenCharacter(text.charAt(end))) {
      end++;
    }
    end = withoutPunctuation(from, end);
    String word = text.substring(from, Math.max(from, end));
    boolean credentials =
        bearer
            ? word.length() >= 8 && !isAboutAuthentication(word) && !isSentence(at, word)
            : isBasicCredentials(word);
    if (credentials && !Placeholders.is(word)) {
      secret(from, end, false);
    }
  }

  private static boolean isAboutAuthentication(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return lower.startsWith("auth") || lower.startsWith("token") || lower.startsWith("credential");
  }

  /** {@code the bearer certificate}: nothing but small letters. */
  private boolean isSentence(int at, String word) {
    return text.charAt(at) == 'b' && word.chars().allMatch(c -> c >= 'a' && c <= 'z');
  }

  private static boolean isBasicCredentials(String word) {
    if (word.length() < 8 || word.length() > 4096) {
      return RedactedValue.is(word);
    }
    try {
      String decoded = new String(Base64.getDecoder().decode(word), StandardCharsets.ISO_8859_1);
      return decoded.indexOf(':') >= 0;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  /** {@code PASSWORD 'value'} and {@code IDENTIFIED BY 'value'} of SQL. */
  private void sqlPassword(int at) {
    int i = at;
    while (i > copied && isBlank(text.charAt(i - 1))) {
      i--;
    }
    if (i == at || i < 8) {
      return;
    }
    boolean password = text.regionMatches(true, i - 8, "password", 0, 8);
    boolean identified = i >= 13 && text.regionMatches(true, i - 13, "identified by", 0, 13);
    if (password || identified) {
      quoted(at, 0);
    }
  }

  /** {@code <password>value</password>}, {@code <entry key="password">value</entry>}. */
  private void element(int at) {
    int nameEnd = at + 1;
    while (nameEnd < length
        && nameEnd - at < LONGEST_NAME
        && isNameCharacter(text.charAt(nameEnd))) {
      nameEnd++;
    }
    if (nameEnd == at + 1) {
      return;
    }
    int most = Math.min(length, at + LOOK_AHEAD);
    int close = nameEnd;
    while (close < most && text.charAt(close) != '>') {
      close++;
    }
    if (close == most || text.charAt(close - 1) == '/') {
      return;
    }
    if (isCredential(at + 1, nameEnd) || isNamedCredential(nameEnd, close)) {
      int end = text.indexOf('<', close + 1);
      int stop = end < 0 ? length : end;
      String value = text.substring(close + 1, stop);
      if (!value.isBlank() && !Placeholders.is(value.strip())) {
        secret(close + 1, stop, false);
      }
    }
  }

  private static final Pattern NAME_ATTRIBUTE =
      Pattern.compile("\\s(?:key|name|id)=[\"']([^\"'<>]{1,128})[\"']");

  private boolean isNamedCredential(int from, int to) {
    Matcher named = NAME_ATTRIBUTE.matcher(text).region(from, to);
    return named.find() && CredentialNames.holdCredential(named.group(1));
  }

  // Characters and lines

  private char charAt(int at) {
    return at >= 0 && at < length ? text.charAt(at) : 0;
  }

  private int endOfLine(int from) {
    if (from < lineStart || from > lineEnd) {
      int end = text.indexOf('\n', from);
      lineStart = text.lastIndexOf('\n', from - 1) + 1;
      lineEnd = end < 0 ? length : end;
    }
    return lineEnd;
  }

  private int startOfLine(int at) {
    endOfLine(at);
    return lineStart;
  }

  /** The next semicolon, or the end of the text. */
  private int nextSemicolon(int from) {
    if (semicolon < from) {
      int next = text.indexOf(';', from);
      semicolon = next < 0 ? length : next;
    }
    return semicolon;
  }

  private int indentationOf(int lineStart) {
    int i = lineStart;
    while (i < length && isBlank(text.charAt(i))) {
      i++;
    }
    return i - lineStart;
  }

  private static boolean hasAlphanumeric(String value) {
    return value.chars().anyMatch(Character::isLetterOrDigit);
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static boolean isNameCharacter(char c) {
    return isAlphanumeric(c) || c == '_' || c == '-' || c == '.';
  }

  private static boolean isTokenCharacter(char c) {
    return isAlphanumeric(c) || "+/=._~:-".indexOf(c) >= 0;
  }

  private static boolean isAroundName(char c) {
    return isQuote(c) || c == '\\' || c == ']' || c == '+' || c == '?' || c == ':';
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'' || c == '`';
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isLineBreak(char c) {
    return c == '\n' || c == '\r';
  }
}
