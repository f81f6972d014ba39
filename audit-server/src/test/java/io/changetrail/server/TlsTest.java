// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS by configuration, with certificates made at the time of the test. */
class TlsTest {
  private static final String PASSWORD = "only-for-this-test";

  @TempDir private static Path files;
  @TempDir private Path data;

  /** Makes a self-signed certificate for this machine, and its files in PEM. */
  private static KeyStore make(String name, String algorithm) throws Exception {
    Path file = files.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(files.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue())
        .as("%s", Files.readString(files.resolve("keytool.log")))
        .isZero();
    KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    pem(name + ".cert.pem", "CERTIFICATE", store.getCertificate(name).getEncoded());
    pem(name + ".key.pem", "PRIVATE KEY", store.getKey(name, PASSWORD.toCharArray()).getEncoded());
    return store;
  }

  private static void pem(String name, String label, byte[] content) throws IOException {
    Files.writeString(
        files.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(label, Base64.getMimeEncoder().encodeToString(content), label));
  }

  @BeforeAll
  static void makeFiles() throws Exception {
    make("other", "EC");
    Files.writeString(files.resolve("empty.pem"), "");
    Files.writeString(
        files.resolve("encrypted.pem"),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n");
    Files.writeString(
        files.resolve("garbage.pem"),
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n");
  }

  private RunningServer start(String certificates, String key) throws IOException {
    return RunningServer.start(
        data,
        "listen.tls.certificates",
        files.resolve(certificates).toString(),
        "listen.tls.privateKey",
        files.resolve(key).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void theServerSpeaksTlsWithTheCertificateOfItsFiles(String algorithm) throws Exception {
    KeyStore trusted = make(algorithm, algorithm);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    KeyStore known = KeyStore.getInstance("PKCS12");
    known.load(null, null);
    known.setCertificateEntry("server", trusted.getCertificate(algorithm));
    trust.init(known);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (RunningServer server = start(algorithm + ".cert.pem", algorithm + ".key.pem")) {
      URI health = server.address().resolve("/healthz");
      assertThat(health.getScheme()).isEqualTo("https");
      HttpRequest request = HttpRequest.newBuilder(health).build();
      assertThat(
              HttpClient.newBuilder()
                  .sslContext(context)
                  .build()
                  .send(request, BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(200);
      assertThatThrownBy(() -> HttpClient.newHttpClient().send(request, BodyHandlers.ofString()))
          .as("who does not trust the certificate gets no answer")
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void filesThatCannotBeUsedAreNamedWithTheRemedy() {
    assertThatThrownBy(() -> start("none.pem", "other.key.pem"))
        .hasMessageContaining("none.pem does not exist; listen.tls names it");
    assertThatThrownBy(() -> start("other.cert.pem", "none.pem"))
        .hasMessageContaining("none.pem does not exist");
    assertThatThrownBy(() -> start("empty.pem", "other.key.pem"))
        .hasMessageContaining("empty.pem has no certificate in it");
    assertThatThrownBy(() -> start("other.cert.pem", "empty.pem"))
        .hasMessageContaining("empty.pem has no private key in it");
    assertThatThrownBy(() -> start("other.cert.pem", "encrypted.pem"))
        .hasMessageContaining("encrypted.pem has a key in the form 'ENCRYPTED PRIVATE KEY'")
        .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
    assertThatThrownBy(() -> start("other.cert.pem", "garbage.pem"))
        .hasMessageContaining("garbage.pem has a key that is not RSA, EC or Ed25519");
  }

  @Test
  void aKeyOfAnotherCertificateIsNoticedAtTheStart() throws Exception {
    make("mine", "RSA");
    assertThatThrownBy(() -> start("mine.cert.pem", "other.key.pem"))
        .hasMessageContaining("is not the key of the first certificate in");
  }

  @Test
  void oneFileAloneIsRefused() {
    assertThatThrownBy(() -> RunningServer.start(data, "listen.tls.privateKey", "key.pem"))
        .hasMessageContaining("listen.tls needs both certificates and privateKey");
  }
}
