// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Enumeration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of a server, with its key, in a file that is replaced before it expires: it is
 * read anew when it has changed. Thread-safe.
 */
public final class ServerCertificate {
  private static final System.Logger LOG = System.getLogger(ServerCertificate.class.getName());

  private final Path keyStore;
  private final Path passwordFile;
  private Read last;

  /**
   * The file as it was read.
   *
   * @param own the certificate itself, without those who issued it
   */
  private record Read(
      FileTime at, FileTime passwordAt, X509ExtendedKeyManager keys, X509Certificate own) {}

  private ServerCertificate(Path keyStore, Path passwordFile, Read first) {
    this.keyStore = keyStore;
    this.passwordFile = passwordFile;
    this.last = first;
  }

  /**
   * Reads it.
   *
   * @param keyStore PKCS #12 with certificate and key
   * @param passwordFile opens it
   * @throws IOException if it cannot be read, with what is wrong
   */
  public static ServerCertificate read(Path keyStore, Path passwordFile) throws IOException {
    return new ServerCertificate(keyStore, passwordFile, load(keyStore, passwordFile));
  }

  private static Read load(Path keyStore, Path passwordFile) throws IOException {
    FileTime at = Files.getLastModifiedTime(keyStore);
    FileTime passwordAt = Files.getLastModifiedTime(passwordFile);
    char[] password = Files.readString(passwordFile).strip().toCharArray();
    try (InputStream in = Files.newInputStream(keyStore)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, password);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, password);
      for (KeyManager manager : factory.getKeyManagers()) {
        if (manager instanceof X509ExtendedKeyManager one) {
          return new Read(at, passwordAt, one, own(keyStore, keys));
        }
      }
      throw new IOException("this Java platform has no keys of X.509");
    } catch (GeneralSecurityException e) {
      throw unreadable(keyStore, e);
    } catch (IOException e) {
      // So it says that the password is wrong.
      throw e.getCause() instanceof GeneralSecurityException ? unreadable(keyStore, e) : e;
    }
  }

  private static IOException unreadable(Path keyStore, Exception e) {
    return new IOException(keyStore + " is no PKCS #12 key store that its password opens", e);
  }

  private static X509Certificate own(Path keyStore, KeyStore keys)
      throws GeneralSecurityException, IOException {
    Enumeration<String> aliases = keys.aliases();
    while (aliases.hasMoreElements()) {
      String alias = aliases.nextElement();
      if (keys.isKeyEntry(alias) && keys.getCertificate(alias) instanceof X509Certificate own) {
        return own;
      }
    }
    throw new IOException(keyStore + " holds no key with its certificate");
  }

  /** As it is now; what cannot be read, because it is just being written, leaves the old one. */
  private synchronized Read current() {
    try {
      if (!Files.getLastModifiedTime(keyStore).equals(last.at())
          || !Files.getLastModifiedTime(passwordFile).equals(last.passwordAt())) {
        last = load(keyStore, passwordFile);
      }
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} cannot be read, so the certificate stays the old one: {1}",
          keyStore,
          e.getMessage());
    }
    return last;
  }

  /** What a server speaks TLS with. */
  SSLContext forServer() {
    return context(new KeyManager[] {new CurrentKeys()}, null);
  }

  /** Trusts whoever has this very certificate, whatever it is called by. */
  X509TrustManager trustingItself() {
    return new Itself();
  }

  /** What a client speaks TLS with to another that has this certificate. */
  SSLContext forClient() {
    return context(null, new TrustManager[] {new Itself()});
  }

  private static SSLContext context(
      KeyManager @Nullable [] keys, TrustManager @Nullable [] trusted) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  private final class Itself implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("nobody is a client here");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      if (chain.length == 0 || !chain[0].equals(current().own())) {
        throw new CertificateException("another replica has another certificate");
      }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Asks for the keys at each handshake. */
  private final class CurrentKeys extends X509ExtendedKeyManager {
    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return current().keys().getServerAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return current().keys().chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return current().keys().chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      return current().keys().getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      return current().keys().getPrivateKey(alias);
    }
  }
}
