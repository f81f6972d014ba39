// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer: a status, header fields, and bytes or a stream. Immutable. */
public final class Response {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final @Nullable Writer writer;

  private Response(int status, Map<String, String> headers, byte[] body, @Nullable Writer writer) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.writer = writer;
  }

  /** Writes a body of unknown length. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Writes until done, or until writing fails because the client went away or the thread is
     * interrupted because the server stops.
     *
     * @param out sends what was written so far at each flush
     */
    void write(OutputStream out) throws IOException;
  }

  public static Response empty(int status) {
    return new Response(status, Map.of(), new byte[0], null);
  }

  public static Response json(int status, JsonNode body) {
    try {
      return bytes(status, "application/json", JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a JSON tree can always be written", e);
    }
  }

  /** A body of known bytes, which become part of the response. */
  public static Response bytes(int status, String mediaType, byte[] body) {
    return new Response(status, Map.of("Content-Type", mediaType), body, null);
  }

  /** A body written piece by piece; for routes in {@link Lane#STREAM}. */
  public static Response stream(String mediaType, Writer writer) {
    return new Response(200, Map.of("Content-Type", mediaType), new byte[0], writer);
  }

  /** The same with this header field, in place of an earlier one of that name. */
  public Response header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body, writer);
  }

  public int status() {
    return status;
  }

  public Map<String, String> headers() {
    return java.util.Collections.unmodifiableMap(headers);
  }

  byte[] body() {
    return body;
  }

  @Nullable Writer writer() {
    return writer;
  }
}
