// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What things looked like when they were seen last, without secrets: when Jenkins tells of a
 * change, the file is another one already. One small file each, so they are there after a restart.
 * Safe for use by several threads.
 */
public final class Snapshots {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;

  public Snapshots(Path folder) {
    this.folder = folder;
  }

  /**
   * A thing as it was.
   *
   * @param seen when
   */
  public record Seen(JsonNode tree, Instant seen) {}

  /**
   * Puts a state in the place of the one before, which it gives back.
   *
   * @param now {@code null} if the thing is gone
   */
  public synchronized Optional<Seen> swap(String name, @Nullable JsonNode now, Instant at)
      throws IOException {
    Path file = file(name);
    Optional<Seen> before = read(file);
    if (now == null) {
      Files.deleteIfExists(file);
      return before;
    }
    if (before.isPresent() && before.get().tree().equals(now)) {
      return before;
    }
    Files.createDirectories(folder);
    ObjectNode content = JSON.createObjectNode().put("name", name).put("seen", at.toString());
    content.set("tree", now);
    Path fresh = Files.createTempFile(folder, "snapshot", ".tmp");
    Files.write(fresh, JSON.writeValueAsBytes(content));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return before;
  }

  /** What was seen last of that name. */
  public Optional<Seen> last(String name) throws IOException {
    return read(file(name));
  }

  private Path file(String name) {
    return folder.resolve(hash(name) + ".json");
  }

  private static Optional<Seen> read(Path file) throws IOException {
    try {
      JsonNode content = JSON.readTree(Files.readAllBytes(file));
      return content.hasNonNull("tree")
          ? Optional.of(new Seen(content.get("tree"), Instant.parse(content.path("seen").asText())))
          : Optional.empty();
    } catch (NoSuchFileException | JsonProcessingException | java.time.DateTimeException e) {
      // Never seen, or damaged: then what it was is not known.
      return Optional.empty();
    }
  }

  /** A name for a file, of any text. */
  static String hash(String name) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
