// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the certificate and key that other servers take too. */
final class PemFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]*)-----END \\1-----");

  private PemFiles() {}

  /** An in-memory key store without a password. */
  static KeyStore keyStore(HttpSettings.Tls tls) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "server", privateKey(tls.privateKey()), new char[0], certificates(tls.certificates()));
    return store;
  }

  private static Certificate[] certificates(Path file) throws IOException {
    try {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
      if (chain.isEmpty()) {
        throw new IllegalArgumentException(file + " has no certificate in it; it must be PEM");
      }
      return chain.toArray(Certificate[]::new);
    } catch (CertificateException e) {
      throw new IllegalArgumentException(file + " is not a PEM file with certificates", e);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
    Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
    if (!pem.find()) {
      throw new IllegalArgumentException(file + " has no private key in it; it must be PEM");
    }
    if (!pem.group(1).equals("PRIVATE KEY")) {
      throw new IllegalArgumentException(
          file
              + " has a key in the form '"
              + pem.group(1)
              + "'; convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.pkcs8.pem");
    }
    byte[] key = Base64.getMimeDecoder().decode(pem.group(2));
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(key);
    InvalidKeySpecException mismatch = null;
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        mismatch = e;
      }
    }
    throw new IllegalArgumentException(
        file + " has a key that is not RSA, EC or Ed25519", mismatch);
  }
}
