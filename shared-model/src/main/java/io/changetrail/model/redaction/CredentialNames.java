// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells by its name whether a field, variable, option or header holds a credential: {@code
 * PGPASSWORD}, {@code dbPassword}, {@code AccountKey}, {@code x-vault-token} do; {@code
 * secretName}, {@code max_tokens}, {@code tokenizer}, {@code passwordPolicy} do not.
 */
public final class CredentialNames {
  /** Longer names are sentences or data. */
  private static final int LONGEST = 256;

  private static final int MOST_REMEMBERED = 8192;
  private static final int LONGEST_REMEMBERED = 64;

  /** The name holds a credential if its letters, without separators, end like this. */
  private static final List<String> ENDINGS =
      List.of("password", "passwd", "passphrase", "passcode", "pwd", "secret", "secrets", "token");

  /** The name holds a credential if this is within its letters, without separators. */
  private static final List<String> PARTS =
      List.of(
          "apikey",
          "accesskey",
          "accountkey",
          "appkey",
          "applicationkey",
          "authkey",
          "clientkey",
          "connectionstring",
          "connstr",
          "consumerkey",
          "deploykey",
          "dockerconfigjson",
          "dockercfg",
          "encryptionkey",
          "hmackey",
          "htpasswd",
          "kubeconfig",
          "masterkey",
          "privatekey",
          "sdkkey",
          "secretkey",
          "sessionid",
          "sessid",
          "sharedaccesssignature",
          "signingkey",
          "sshkey",
          "storagekey",
          "subscriptionkey",
          "unsealkey",
          "webhookurl");

  /** The name holds a credential if one of its words is this, unless the last is harmless. */
  private static final Set<String> WORDS =
      Set.of(
          "password",
          "passwords",
          "passwd",
          "passphrase",
          "passcode",
          "pwd",
          "secret",
          "secrets",
          "token",
          "tokens",
          "credential",
          "credentials");

  /** The name holds a credential if its last word is this. */
  private static final Set<String> LAST_WORDS =
      Set.of(
          "auth",
          "authorization",
          "bearer",
          "cookie",
          "cookies",
          "creds",
          "dsn",
          "jwt",
          "pass",
          "pat",
          "sshpass");

  /** Files in which TLS and SSH keys lie. */
  private static final Set<String> KEY_FILES =
      Set.of("tlskey", "serverkey", "sslkey", "idrsa", "ided25519", "idecdsa");

  /** What is said about a credential, not the credential. */
  private static final Set<String> HARMLESS_LAST_WORDS =
      Set.of(
          "age",
          "algorithm",
          "arn",
          "audience",
          "class",
          "count",
          "days",
          "description",
          "enabled",
          "endpoint",
          "expiration",
          "expires",
          "expiry",
          "file",
          "format",
          "hours",
          "issuer",
          "label",
          "length",
          "lifetime",
          "limit",
          "manager",
          "max",
          "method",
          "min",
          "minutes",
          "mode",
          "mount",
          "name",
          "names",
          "namespace",
          "path",
          "placeholder",
          "policy",
          "provider",
          "ref",
          "refs",
          "required",
          "rotation",
          "scope",
          "scopes",
          "seconds",
          "size",
          "status",
          "stdin",
          "store",
          "strength",
          "timeout",
          "title",
          "ttl",
          "type",
          "types",
          "uri",
          "url",
          "usage",
          "validation",
          "version");

  /** Whole names, without separators, that only look like credentials. */
  private static final Set<String> HARMLESS =
      Set.of(
          "apikeyid",
          "automountserviceaccounttoken",
          "credentialid",
          "credentialsid",
          "encryptionkeyid",
          "existingsecret",
          "imagepullsecret",
          "imagepullsecrets",
          "maxtokens",
          "mintokens",
          "oldpwd",
          "privatekeyid",
          "pullsecret",
          "pullsecrets",
          "signingkeyid");

  private static final Map<String, Boolean> KNOWN = new ConcurrentHashMap<>();

  private CredentialNames() {}

  /** Whether what goes by that name is a credential, as far as the name tells. */
  public static boolean holdCredential(String name) {
    if (name.length() > LONGEST || !mayHoldCredential(name, 0, name.length())) {
      return false;
    }
    Boolean known = KNOWN.get(name);
    if (known != null) {
      return known;
    }
    boolean answer = decide(name);
    if (name.length() <= LONGEST_REMEMBERED && KNOWN.size() < MOST_REMEMBERED) {
      KNOWN.put(name, answer);
    }
    return answer;
  }

  /** Whether the name says that the value is one of the text's own fields, of several words. */
  static boolean isPlural(String name) {
    return name.endsWith("s") || name.endsWith("S");
  }

  /** A cheap test that most names fail: each rule above needs one of these syllables. */
  static boolean mayHoldCredential(CharSequence text, int from, int to) {
    for (int i = from; i < to; i++) {
      boolean found =
          switch (text.charAt(i) | 0x20) {
            case 'p' ->
                follows(text, i, to, "pass") || follows(text, i, to, "pwd") || pat(text, i, to);
            case 's' ->
                follows(text, i, to, "secret")
                    || follows(text, i, to, "sess")
                    || follows(text, i, to, "sharedacc");
            case 't' -> follows(text, i, to, "token");
            case 'k' -> follows(text, i, to, "key") || follows(text, i, to, "kubeconfig");
            case 'c' ->
                follows(text, i, to, "cred")
                    || follows(text, i, to, "cookie")
                    || follows(text, i, to, "conn");
            case 'a' -> follows(text, i, to, "auth");
            case 'b' -> follows(text, i, to, "bearer");
            case 'd' ->
                follows(text, i, to, "dsn")
                    || follows(text, i, to, "dockerconfig")
                    || follows(text, i, to, "dockercfg");
            case 'j' -> follows(text, i, to, "jwt");
            case 'h' -> follows(text, i, to, "htpasswd");
            case 'i' -> follows(text, i, to, "id_") || follows(text, i, to, "id-");
            case 'w' -> follows(text, i, to, "webhook");
            default -> false;
          };
      if (found) {
        return true;
      }
    }
    return false;
  }

  private static boolean pat(CharSequence text, int at, int to) {
    return to - at == 3 && follows(text, at, to, "pat");
  }

  private static boolean follows(CharSequence text, int at, int to, String syllable) {
    if (to - at < syllable.length()) {
      return false;
    }
    for (int i = 1; i < syllable.length(); i++) {
      char c = text.charAt(at + i);
      char lower = c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
      if (lower != syllable.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean decide(String name) {
    if (name.equals("PWD")) {
      return false; // the shell's working directory
    }
    List<String> words = words(ownPart(name));
    if (words.isEmpty()) {
      return false;
    }
    String joined = String.join("", words);
    String last = words.get(words.size() - 1);
    if (HARMLESS.contains(joined)) {
      return false;
    }
    if (joined.endsWith("webhookurl")) {
      return true; // whoever knows it may post
    }
    if (HARMLESS_LAST_WORDS.contains(last)) {
      return false;
    }
    return ENDINGS.stream().anyMatch(joined::endsWith)
        || PARTS.stream().anyMatch(joined::contains)
        || words.stream().anyMatch(WORDS::contains)
        || LAST_WORDS.contains(last)
        || KEY_FILES.contains(joined);
  }

  /**
   * Without the domain of a Kubernetes label or annotation: {@code acme.com/} says who, not what.
   */
  private static String ownPart(String name) {
    int slash = name.lastIndexOf('/');
    return slash > 0 && name.lastIndexOf('.', slash) > 0 ? name.substring(slash + 1) : name;
  }

  /** In lower case, split at separators and at humps, without digits at the end. */
  private static List<String> words(String name) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isLetterOrDigit(c)) {
        take(word, words);
        continue;
      }
      if (isUpper(c) && i > 0) {
        char before = name.charAt(i - 1);
        boolean hump = isLetterOrDigit(before) && !isUpper(before);
        boolean lastOfCapitals =
            isUpper(before) && i + 1 < name.length() && isLower(name.charAt(i + 1));
        if (hump || lastOfCapitals) {
          take(word, words);
        }
      }
      word.append(isUpper(c) ? (char) (c | 0x20) : c);
    }
    take(word, words);
    return words;
  }

  private static void take(StringBuilder word, List<String> words) {
    int length = word.length();
    while (length > 0 && word.charAt(length - 1) <= '9') {
      length--;
    }
    if (length > 0) {
      words.add(word.substring(0, length));
    }
    word.setLength(0);
  }

  private static boolean isLetterOrDigit(char c) {
    return isLower(c) || isUpper(c) || (c >= '0' && c <= '9');
  }

  private static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }
}
