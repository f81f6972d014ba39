// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Secrets that never were any, in the shapes that their issuers document. Put together when the
 * tests run, so that no scanner takes the source for a leak.
 */
public final class Canaries {
  private static final String RANDOM = "Zq7Rk2Tn9Wb4Xc6Vd8Lm3Pf5Gh1Jy0SaEuKo";

  /** A password like any other, to be known only by where it stands. */
  public static final String PASSWORD = "Qz7-canary!kW3";

  /** By issuer. */
  public static final Map<String, String> TOKENS = tokens();

  private Canaries() {}

  private static Map<String, String> tokens() {
    String hex = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
    String uuid = hex.substring(0, 8) + "-4e5f-6071-8293-" + hex.substring(8, 20);
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String kind : List.of("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")) {
      tokens.put("GitHub " + kind, kind + RANDOM);
    }
    tokens.put("GitHub stateless", "ghs_" + "12345_" + jwt());
    tokens.put("GitLab", "glpat-" + RANDOM.substring(0, 20));
    tokens.put("GitLab routable", "glpat-" + RANDOM.substring(0, 20) + ".01.0a1b2c3d4");
    tokens.put("GitLab deploy", "gldt-" + RANDOM.substring(0, 20));
    tokens.put("Slack bot", "xoxb-" + "123456789012-" + RANDOM);
    tokens.put("Slack user", "xoxp-" + "123456789012-" + RANDOM);
    tokens.put("AWS access key", "AKIA" + "Z7QK2TN9WB4XC6VD");
    tokens.put("AWS temporary key", "ASIA" + "Z7QK2TN9WB4XC6VD");
    tokens.put("Google API key", "AIza" + RANDOM.substring(0, 35));
    tokens.put("Google OAuth", "ya29." + RANDOM);
    tokens.put("Google client secret", "GOCSPX-" + RANDOM.substring(0, 28));
    tokens.put("Stripe", "sk_" + "live_" + RANDOM.substring(0, 24));
    tokens.put("Stripe restricted", "rk_" + "live_" + RANDOM.substring(0, 24));
    tokens.put("JSON Web Token", jwt());
    tokens.put("npm", "npm_" + RANDOM);
    tokens.put("PyPI", "pypi-" + "AgEIcHlwaS5vcmc" + RANDOM);
    tokens.put("Docker Hub", "dckr_pat_" + RANDOM.substring(0, 27));
    tokens.put("Vault", "hvs." + RANDOM);
    tokens.put("SendGrid", "SG." + RANDOM.substring(0, 22) + "." + RANDOM);
    tokens.put("OpenAI", "sk-proj-" + RANDOM);
    tokens.put("Anthropic", "sk-ant-" + "api03-" + RANDOM);
    tokens.put("DigitalOcean", "dop_v1_" + hex + hex.substring(0, 24));
    tokens.put("Grafana", "glsa_" + RANDOM + "_0a1b2c3d");
    tokens.put("LaunchDarkly SDK key", "sdk-" + uuid);
    tokens.put("LaunchDarkly access token", "api-" + uuid);
    tokens.put("Changetrail", "ct_" + "writer1_" + RANDOM);
    return tokens;
  }

  private static String jwt() {
    return base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
        + "."
        + base64("{\"sub\":\"1234567890\",\"name\":\"A\"}")
        + "."
        + RANDOM;
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Lines of a private key in PEM, without begin and end. */
  static String pemBody() {
    return (RANDOM + RANDOM).substring(0, 64) + "\n" + (RANDOM + RANDOM).substring(3, 67) + "\nQ==";
  }

  static String pem() {
    return "-----BEGIN " + "RSA PRIVATE KEY-----\n" + pemBody() + "\n-----END RSA PRIVATE KEY-----";
  }
}
