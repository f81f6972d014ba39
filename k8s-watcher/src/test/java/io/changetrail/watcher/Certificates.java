// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** Certificates of 127.0.0.1, each signed by itself. */
final class Certificates {
  static final String PASSWORD = "changeit";

  private Certificates() {}

  /** A new one, in place of what may be there. */
  static void make(Path keyStore) throws IOException, InterruptedException {
    Files.deleteIfExists(keyStore);
    new RealPart(Path.of(System.getProperty("java.home"), "bin", "keytool"))
        .output(
            "-genkeypair",
            "-alias",
            "own",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "san=ip:127.0.0.1",
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keystore",
            keyStore.toString());
  }

  /** A new one, as the API server takes it in a {@code caBundle}. */
  static String bundle(Path keyStore) throws Exception {
    make(keyStore);
    return Base64.getEncoder()
        .encodeToString(pem(keyStore).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  /** The certificate without its key, as PEM. */
  static String pem(Path keyStore) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keyStore)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(keys.getCertificate("own").getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }
}
