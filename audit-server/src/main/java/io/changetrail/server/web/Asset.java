// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.web;

import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** A file that a browser asks for; it comes with the release and changes with it only. */
final class Asset implements Endpoint {
  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "html", "text/html; charset=utf-8");

  private final byte[] bytes;
  private final String mediaType;
  private final String etag;

  private Asset(byte[] bytes, String mediaType) {
    this.bytes = bytes;
    this.mediaType = mediaType;
    etag = '"' + sha256(bytes) + '"';
  }

  /**
   * A file of the class path.
   *
   * @throws IllegalStateException if there is none
   */
  static Asset of(String resource) {
    String ending = resource.substring(resource.lastIndexOf('.') + 1);
    try (InputStream in = Asset.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the release has no file " + resource);
      }
      return new Asset(in.readAllBytes(), MEDIA_TYPES.getOrDefault(ending, "text/plain"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  /** Its bytes, as they are sent. Not to be altered. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public Response handle(Request request) {
    boolean known = request.headers().joined("if-none-match").contains(etag);
    Response answer = known ? Response.empty(304) : Response.bytes(200, mediaType, bytes.clone());
    // Asked for again at each visit, and then mostly answered with 304: an upgrade shows at once.
    return answer.header("ETag", etag).header("Cache-Control", "no-cache");
  }

  /** SHA-256 in base64. */
  static String sha256(byte[] bytes) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
