// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * People who exchanged a token for a cookie in their browser. Kept in memory only: after a restart
 * they log in again. A session ends with its token.
 */
final class BrowserSessions {
  static final String COOKIE = "changetrail_session";
  static final Duration LASTS = Duration.ofHours(12);

  /** A person's browsers; the oldest goes for the newest. */
  private static final int MAX_OF_A_TOKEN = 20;

  private final SecureRandom random = new SecureRandom();
  private final Map<String, BrowserSession> byHash = new LinkedHashMap<>();

  /**
   * A session.
   *
   * @param tokenId whose rights it has
   * @param csrf what a request that writes must repeat in a header field, which another site cannot
   * @param ends no later than this
   */
  record BrowserSession(String tokenId, String csrf, Instant ends) {}

  /**
   * A session just begun.
   *
   * @param id the value of the cookie; not kept
   */
  record Begun(String id, BrowserSession session) {
    @Override
    public String toString() {
      return "Begun[" + session.tokenId() + "]";
    }
  }

  synchronized Begun begin(String tokenId, Instant now) {
    byHash.values().removeIf(session -> !now.isBefore(session.ends()));
    // One token must not end the sessions of the others.
    List<String> own =
        byHash.entrySet().stream()
            .filter(entry -> entry.getValue().tokenId().equals(tokenId))
            .map(Map.Entry::getKey)
            .toList();
    if (own.size() >= MAX_OF_A_TOKEN) {
      byHash.remove(own.get(0));
    }
    String id = secret();
    BrowserSession session = new BrowserSession(tokenId, secret(), now.plus(LASTS));
    byHash.put(hash(id), session);
    return new Begun(id, session);
  }

  synchronized Optional<BrowserSession> find(String id, Instant now) {
    @Nullable BrowserSession session = byHash.get(hash(id));
    return Optional.ofNullable(session).filter(known -> now.isBefore(known.ends()));
  }

  synchronized void end(String id) {
    byHash.remove(hash(id));
  }

  private String secret() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String hash(String id) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
