// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What counts as a secret.
 *
 * @param secretPaths JSON Pointers whose values, with all below, are always secrets; a segment
 *     {@code *} stands for any
 * @param secretKeys patterns on a key's words in lower case, joined by {@code _}
 * @param harmlessKeys keys that match nevertheless do not hold secrets
 */
public record RedactionRules(List<String> secretPaths, Pattern secretKeys, Pattern harmlessKeys) {

  private static final RedactionRules DEFAULTS =
      new RedactionRules(
          List.of(),
          Pattern.compile(
              "(^|_)(password|passwd|passphrase|pwd|secret|secrets|token|tokens|api_?key|apikey"
                  + "|access_?key|secret_?key|private_?key|signing_?key|encryption_?key|auth_key"
                  + "|credential|credentials|authorization|auth|cookie|session_?id|bearer|jwt|pat"
                  + "|connection_?string|conn_?str|dsn|client_?secret|webhook_?url|htpasswd"
                  + "|kubeconfig|dockerconfigjson|tls_key)($|_)"),
          Pattern.compile(
              "(^|_)(name|names|ref|refs|enabled|required|type|types|ttl|expiry|expires|expiration"
                  + "|length|rotation|policy|version|count|limit|max|min|mount|path|file|url_path"
                  + "|class|provider|method|mode|timeout|status|issuer|algorithm)$"));

  private static final Pattern WORD_BORDER = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
  private static final Pattern SEPARATOR = Pattern.compile("[^A-Za-z0-9]+");

  public RedactionRules {
    secretPaths = List.copyOf(secretPaths);
  }

  public static RedactionRules defaults() {
    return DEFAULTS;
  }

  /** The same rules and these paths. */
  public RedactionRules withSecretPaths(Set<String> more) {
    List<String> all = new ArrayList<>(secretPaths);
    all.addAll(more);
    return new RedactionRules(all, secretKeys, harmlessKeys);
  }

  boolean isSecretKey(String key) {
    if (key.length() > 256) {
      return false;
    }
    String words =
        SEPARATOR
            .matcher(WORD_BORDER.matcher(key).replaceAll("_"))
            .replaceAll("_")
            .toLowerCase(Locale.ROOT);
    return secretKeys.matcher(words).find() && !harmlessKeys.matcher(words).find();
  }

  boolean isSecretPath(List<String> path) {
    for (String rule : secretPaths) {
      String[] wanted = rule.substring(1).split("/", -1);
      if (wanted.length <= path.size() && startsWith(path, wanted)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(List<String> path, String[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (!wanted[i].equals("*") && !wanted[i].equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }
}
