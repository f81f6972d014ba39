// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;

/** Files with the key of a GitHub App. */
public final class AppKeyFile {
  private AppKeyFile() {}

  /** A new one. */
  public static KeyPair generated() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  /** As GitHub gives it out: PKCS #1, which is what PKCS #8 has behind its first 26 bytes. */
  public static Path pkcs1(KeyPair key, Path directory) throws IOException {
    byte[] pkcs8 = key.getPrivate().getEncoded();
    return pem("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length), directory);
  }

  /** As OpenSSL converts it. */
  static Path pkcs8(KeyPair key, Path directory) throws IOException {
    return pem("PRIVATE KEY", key.getPrivate().getEncoded(), directory);
  }

  private static Path pem(String what, byte[] content, Path directory) throws IOException {
    return Files.writeString(
        directory.resolve("app.pem"),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, Base64.getMimeEncoder().encodeToString(content), what));
  }
}
