// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import io.changetrail.model.RedactedValue;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Secrets that can be told by how they look, wherever they stand. All quantifiers are bounded, so
 * no input makes a match slow.
 */
final class SecretShapes {
  /**
   * One alternation; a named group {@code v…} marks the secret where it is only part of the match.
   */
  private static final Pattern SHAPES =
      Pattern.compile(
          String.join(
              "|",
              // PEM blocks, also cut short
              "-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\\s\\\\,:.-]{0,20000}",
              // AWS access key ids; GitHub, GitLab, Slack, Stripe, Google, npm, PyPI, SendGrid
              "\\b(?:AKIA|ASIA|AGPA|AROA|AIDA)[A-Z0-9]{16}\\b",
              "\\bgh[pousr]_[A-Za-z0-9]{20,255}",
              "\\bgithub_pat_[A-Za-z0-9_]{20,255}",
              "\\bglpat-[A-Za-z0-9_-]{20,255}",
              "\\bxox[abeoprs]-[A-Za-z0-9-]{10,255}",
              "\\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,255}",
              "\\bAIza[A-Za-z0-9_-]{35}",
              "\\bya29\\.[A-Za-z0-9_-]{20,500}",
              "\\bnpm_[A-Za-z0-9]{30,255}",
              "\\bpypi-[A-Za-z0-9_-]{30,500}",
              "\\bSG\\.[A-Za-z0-9_-]{16,100}\\.[A-Za-z0-9_-]{16,100}",
              "\\bhvs\\.[A-Za-z0-9_-]{20,255}",
              "\\bct_[A-Za-z0-9]{6,32}_[A-Za-z0-9_-]{20,255}",
              "\\bapi-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b",
              // JSON Web Tokens
              "\\beyJ[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{4,8000}(?:\\.[A-Za-z0-9_-]{0,4000})?",
              // chat webhooks
              "https://hooks\\.slack\\.com/(?<vhook>[A-Za-z0-9/_-]{10,200})",
              // Authorization headers
              "(?i:\\b(?:bearer|basic)\\s{1,4})(?<vauth>[A-Za-z0-9+/=._~-]{12,4000})",
              // user:password@ in URLs
              "(?<=://)[^\\s/?#@:\"']{0,256}:(?<vuserinfo>[^\\s/?#@\"']{1,512})(?=@)",
              // name=value pairs of connection strings, query strings, properties, command lines
              "(?i:(?<![A-Za-z0-9])(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key"
                  + "|secret[_-]?key|client[_-]?secret|private[_-]?key|sig|signature"
                  + "|access[_-]?token|auth[_-]?token|refresh[_-]?token|aws_secret_access_key)"
                  + "[\"']?\\s{0,3}[=:]\\s{0,3}[\"']?)(?<vpair>[^\\s\"'&;,<>]{3,4000})"));

  private static final String[] PARTS = {"vhook", "vauth", "vuserinfo", "vpair"};

  private SecretShapes() {}

  /** The text with each secret in it replaced. */
  static String replace(String text, UnaryOperator<String> replacement) {
    if (text.length() < 4) {
      return text;
    }
    Matcher matcher = SHAPES.matcher(text);
    if (!matcher.find()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int done = 0;
    do {
      int start = matcher.start();
      int end = matcher.end();
      for (String part : PARTS) {
        if (matcher.start(part) >= 0) {
          start = matcher.start(part);
          end = matcher.end(part);
        }
      }
      String secret = text.substring(start, end);
      out.append(text, done, start);
      out.append(RedactedValue.is(secret) ? secret : replacement.apply(secret));
      done = end;
    } while (matcher.find());
    return out.append(text, done, text.length()).toString();
  }
}
