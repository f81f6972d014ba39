// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
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
    PrivateKey key = privateKey(tls.privateKey());
    Certificate[] certificates = certificates(tls.certificates());
    if (!belongTogether(key, certificates[0])) {
      throw new IllegalStateException(
          tls.privateKey()
              + " is not the key of the first certificate in "
              + tls.certificates()
              + "; the server's own certificate must come first");
    }
    store.setKeyEntry("server", key, new char[0], certificates);
    return store;
  }

  /** Whether what one signs the other verifies. */
  private static boolean belongTogether(PrivateKey key, Certificate certificate)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "Ed25519";
        };
    byte[] text = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    try {
      signature.initVerify(certificate.getPublicKey());
      signature.update(text);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      return false; // of another algorithm or length
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IllegalStateException(file + " does not exist; listen.tls names it", e);
    } catch (AccessDeniedException e) {
      throw new IllegalStateException(file + " may not be read; listen.tls names it", e);
    }
  }

  private static Certificate[] certificates(Path file) throws IOException {
    try {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file)));
      if (chain.isEmpty()) {
        throw new IllegalStateException(file + " has no certificate in it; it must be PEM");
      }
      return chain.toArray(Certificate[]::new);
    } catch (CertificateException e) {
      throw new IllegalStateException(file + " is not a PEM file with certificates", e);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
    Matcher pem = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
    if (!pem.find()) {
      throw new IllegalStateException(file + " has no private key in it; it must be PEM");
    }
    if (!pem.group(1).equals("PRIVATE KEY")) {
      throw new IllegalStateException(
          file
              + " has a key in the form '"
              + pem.group(1)
              + "'; it must be unencrypted PKCS #8: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.pkcs8.pem");
    }
    byte[] key;
    try {
      key = Base64.getMimeDecoder().decode(pem.group(2));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(file + " has a private key that is not Base64", e);
    }
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(key);
    InvalidKeySpecException mismatch = null;
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        mismatch = e;
      }
    }
    throw new IllegalStateException(file + " has a key that is not RSA, EC or Ed25519", mismatch);
  }
}
