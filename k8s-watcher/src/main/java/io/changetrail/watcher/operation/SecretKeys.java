// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import io.changetrail.model.redaction.RedactionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The key that secrets are hashed with: the given one, or one that is made once and kept. */
public final class SecretKeys {
  private static final System.Logger LOG = System.getLogger(SecretKeys.class.getName());

  private SecretKeys() {}

  /**
   * The key of a watcher that leaves nothing behind: its own where there is one, else one of which
   * nothing is the same.
   *
   * @throws IOException if it cannot be read
   */
  public static RedactionKey existing(WatcherConfig config) throws IOException {
    if (config.redaction().keyFile() != null || Files.exists(made(config))) {
      return of(config);
    }
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    return new RedactionKey("once", secret);
  }

  private static Path made(WatcherConfig config) {
    Path directory = config.spool().directory();
    return directory.resolveSibling(directory.getFileName() + "-redaction.key");
  }

  /**
   * The key of a watcher.
   *
   * @throws IOException if it cannot be read, or kept
   */
  public static RedactionKey of(WatcherConfig config) throws IOException {
    Path given = config.redaction().keyFile();
    String id = config.redaction().keyId();
    if (given != null) {
      return new RedactionKey(id == null ? "k1" : id, Files.readAllBytes(given));
    }
    Path made = made(config);
    if (!Files.exists(made)) {
      byte[] secret = new byte[32];
      new SecureRandom().nextBytes(secret);
      Files.createDirectories(made.toAbsolutePath().getParent());
      // Under another name first: a process that is killed here must not leave half a key.
      Path unfinished = made.resolveSibling(made.getFileName() + ".unfinished");
      Files.deleteIfExists(unfinished);
      Files.createFile(
          unfinished,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(unfinished, secret);
      Files.move(unfinished, made, StandardCopyOption.ATOMIC_MOVE);
      LOG.log(
          System.Logger.Level.WARNING,
          "no redaction.keyFile is given, so a key was made in {0}; if it is lost, what"
              + " changes in Secrets before the next key's first look at them is not told",
          made);
    }
    byte[] secret = Files.readAllBytes(made);
    // A made key has a name of its own, so that hashes of another are seen to be of another.
    String own = HexFormat.of().formatHex(java.util.Arrays.copyOf(digest(secret), 4));
    return new RedactionKey(id == null ? "made-" + own : id, secret);
  }

  private static byte[] digest(byte[] secret) {
    try {
      return java.security.MessageDigest.getInstance("SHA-256").digest(secret);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
