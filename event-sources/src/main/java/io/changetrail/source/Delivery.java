// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.changetrail.model.InvalidEventException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One webhook delivery as it came in: header fields and the raw bytes that were signed. */
public final class Delivery {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(128)
                          .maxNumberLength(100)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String hook;
  private final Map<String, String> headers = new TreeMap<>();
  private final byte[] body;

  /**
   * A delivery.
   *
   * @param hook name of the configured webhook that it came to; stands for the sending installation
   *     where the payload does not name it
   * @param headers by name in any case
   * @param body not to be altered afterwards
   */
  public Delivery(String hook, Map<String, String> headers, byte[] body) {
    this.hook = hook;
    headers.forEach((name, value) -> this.headers.put(name.toLowerCase(Locale.ROOT), value));
    this.body = body;
  }

  public String hook() {
    return hook;
  }

  /** The value of a header field; empty if it is absent or blank. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  /**
   * The value of a header field that every delivery has.
   *
   * @throws InvalidEventException if it is missing
   */
  public String requiredHeader(String name) {
    return header(name)
        .orElseThrow(
            () ->
                new InvalidEventException(
                    name, "is missing; does the webhook point at the path of its provider?"));
  }

  /** The bytes as sent. Not to be altered. */
  public byte[] body() {
    return body;
  }

  /**
   * The JSON document of the body, or of the form field {@code payload} where a form was sent.
   *
   * @throws InvalidEventException if it is none
   */
  public JsonNode json() {
    boolean form =
        header("content-type")
            .filter(
                type ->
                    type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded"))
            .isPresent();
    try {
      @Nullable JsonNode tree = form ? JSON.readTree(formPayload()) : JSON.readTree(body);
      if (tree == null || !tree.isContainerNode()) {
        throw new InvalidEventException("body", "must be a JSON object or list");
      }
      return tree;
    } catch (JsonProcessingException e) {
      throw new InvalidEventException(
          "body", "is not valid JSON, or nested too deeply; was it cut off on its way?");
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory cannot fail", e);
    }
  }

  private String formPayload() {
    for (String field : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
      if (field.startsWith("payload=")) {
        try {
          return URLDecoder.decode(field.substring("payload=".length()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
          throw new InvalidEventException("body", "has a form field that is not URL-encoded");
        }
      }
    }
    throw new InvalidEventException("body", "is a form without the field 'payload'");
  }
}
