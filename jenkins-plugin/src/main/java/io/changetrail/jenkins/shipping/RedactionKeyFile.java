// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import io.changetrail.model.redaction.RedactionKey;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The key of this controller's hashes of secrets, made at first use. It never leaves the
 * controller; a copy of it on another one makes their hashes comparable.
 */
final class RedactionKeyFile {
  private static final System.Logger LOG = System.getLogger(RedactionKeyFile.class.getName());
  private static final int BYTES = 32;

  private RedactionKeyFile() {}

  /** The key in this folder; {@code null} if there can be none: secrets are not hashed then. */
  static @Nullable RedactionKey in(Path home) {
    Path file = home.resolve("redaction.key");
    try {
      if (!Files.exists(file)) {
        create(file);
      }
      byte[] key = HexFormat.of().parseHex(Files.readString(file).strip());
      return new RedactionKey("jenkins-" + id(key), key);
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} cannot be used, so secrets are left out without a hash: {1}",
          file,
          e.getClass().getName());
      return null;
    }
  }

  private static void create(Path file) throws IOException {
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    Files.createDirectories(file.getParent());
    Path fresh = Files.createTempFile(file.getParent(), "redaction", ".tmp", ownerOnly());
    Files.writeString(fresh, HexFormat.of().formatHex(key) + "\n");
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Names the key without telling anything of it. */
  private static String id(byte[] key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
      return HexFormat.of().formatHex(hash, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
