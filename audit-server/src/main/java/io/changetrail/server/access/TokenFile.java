// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one server, in a file that only its owner can read. Commands write it while the
 * server runs; the server sees the change at the next request. Secrets are not in it.
 */
public final class TokenFile {
  /** Its usual name within the data directory. */
  public static final String NAME = "tokens.json";

  private static final Pattern FORM = Pattern.compile("ct_([a-z0-9]{12})_([A-Za-z0-9_-]{43})");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  private final Path file;
  private final SecureRandom random = new SecureRandom();
  private volatile Snapshot snapshot = new Snapshot(null, 0, List.of());

  public TokenFile(Path file) {
    this.file = file;
  }

  private record Content(int version, List<Token> tokens) {}

  private record Snapshot(@Nullable FileTime modified, long size, List<Token> tokens) {}

  /**
   * What is allowed.
   *
   * @param name for people
   * @param expires {@code null} for never
   * @param catalogue whether it may say which names mean the same
   */
  public record Grant(
      String name,
      String tenant,
      @Nullable Instant expires,
      Token.@Nullable Ingest ingest,
      Token.@Nullable Read read,
      boolean catalogue,
      boolean admin) {

    /** Without the right to say which names mean the same, unless it may do everything. */
    public Grant(
        String name,
        String tenant,
        @Nullable Instant expires,
        Token.@Nullable Ingest ingest,
        Token.@Nullable Read read,
        boolean admin) {
      this(name, tenant, expires, ingest, read, false, admin);
    }
  }

  /**
   * A token just made.
   *
   * @param secret the whole credential; this is the only moment that it is known
   */
  public record Created(Token token, String secret) {
    @Override
    public String toString() {
      return "Created[" + token.id() + "]";
    }
  }

  /** Makes a token. */
  public Created create(Grant grant, Instant now) {
    String id = HexFormat.of().formatHex(bytes(6));
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(32));
    Token token =
        new Token(
            id,
            grant.name(),
            grant.tenant(),
            sha256(secret),
            now,
            grant.expires(),
            grant.ingest(),
            grant.read(),
            grant.catalogue(),
            grant.admin());
    update(
        tokens -> {
          List<Token> more = new ArrayList<>(tokens);
          more.add(token);
          return more;
        });
    return new Created(token, "ct_" + id + "_" + secret);
  }

  /**
   * Ends a token.
   *
   * @return false if there is none of that id
   */
  public boolean revoke(String id) {
    boolean known = tokens().stream().anyMatch(token -> token.id().equals(id));
    if (known) {
      update(tokens -> tokens.stream().filter(token -> !token.id().equals(id)).toList());
    }
    return known;
  }

  /** Whether there ever was a token, revoked by now or not: revoking the last one opens nothing. */
  boolean anyWasMade() {
    return Files.exists(file);
  }

  /** All tokens, oldest first. */
  public List<Token> tokens() {
    try {
      if (!Files.exists(file)) {
        return List.of();
      }
      FileTime modified = Files.getLastModifiedTime(file);
      long size = Files.size(file);
      Snapshot known = snapshot;
      if (!modified.equals(known.modified()) || size != known.size()) {
        known =
            new Snapshot(
                modified, size, List.copyOf(JSON.readValue(file.toFile(), Content.class).tokens()));
        snapshot = known;
      }
      return known.tokens();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the tokens in " + file, e);
    }
  }

  /** The token that a credential is the secret of, unless it expired. */
  public Optional<Token> find(String credential, Instant now) {
    Matcher parts = FORM.matcher(credential);
    if (!parts.matches()) {
      return Optional.empty();
    }
    byte[] hash = sha256(parts.group(2)).getBytes(StandardCharsets.US_ASCII);
    return tokens().stream()
        .filter(token -> token.id().equals(parts.group(1)))
        .filter(
            token -> MessageDigest.isEqual(token.hash().getBytes(StandardCharsets.US_ASCII), hash))
        .filter(token -> token.expires() == null || now.isBefore(token.expires()))
        .findFirst();
  }

  /** The token of that id, unless it was revoked or has expired. */
  Optional<Token> findById(String id, Instant now) {
    return tokens().stream()
        .filter(token -> token.id().equals(id))
        .filter(token -> token.expires() == null || now.isBefore(token.expires()))
        .findFirst();
  }

  private void update(UnaryOperator<List<Token>> change) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      // The lock is on a file of its own: the tokens' file is replaced, not rewritten.
      try (FileChannel lock =
              FileChannel.open(
                  file.resolveSibling(file.getFileName() + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          java.nio.channels.FileLock held = lock.lock()) {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(next);
        createPrivate(next);
        Files.write(
            next,
            JSON.writeValueAsBytes(new Content(1, change.apply(tokens()))),
            StandardOpenOption.WRITE,
            StandardOpenOption.SYNC);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        held.release();
      }
      snapshot = new Snapshot(null, 0, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the tokens to " + file, e);
    }
  }

  private static void createPrivate(Path path) throws IOException {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(path);
    }
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String sha256(String secret) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(secret.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
