// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.ingest;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.codec.Decoded;
import io.changetrail.model.codec.StrictJson;
import io.changetrail.server.http.Headers;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the events of a request in any of the three modes of the CloudEvents HTTP binding.
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3-http-message-mapping">
 *     CloudEvents HTTP binding, section 3</a>
 */
final class EventDecoding {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private EventDecoding() {}

  /**
   * The events of a request.
   *
   * @param isBatch whether the sender sent a list, and so looks for errors in a list
   */
  record Received(boolean isBatch, List<Decoded> entries) {}

  static Received decode(Request request) {
    String contentType = request.headers().one("content-type").orElse("").toLowerCase(Locale.ROOT);
    String mediaType = contentType.split(";", 2)[0].strip();
    if (!request.headers().all("ce-specversion").isEmpty()
        && !mediaType.startsWith("application/cloudevents")) {
      return one(CODEC.decodeBinary(attributes(request.headers()), mediaType, request.body()));
    }
    return switch (mediaType) {
      case CloudEventsCodec.MEDIA_TYPE -> one(CODEC.decode(request.body()));
      case CloudEventsCodec.BATCH_MEDIA_TYPE ->
          new Received(true, CODEC.decodeBatch(request.body()));
      case "application/json" ->
          StrictJson.isArray(request.body())
              ? new Received(true, CODEC.decodeBatch(request.body()))
              : one(CODEC.decode(request.body()));
      default ->
          throw Problem.of(
                  415,
                  "unsupported-media-type",
                  "Unsupported media type",
                  "content-type must be "
                      + CloudEventsCodec.MEDIA_TYPE
                      + ", "
                      + CloudEventsCodec.BATCH_MEDIA_TYPE
                      + " or application/json, or the event must be in binary mode with ce-"
                      + " header fields")
              .with("field", TextNode.valueOf("content-type"))
              .header("Accept", CloudEventsCodec.BATCH_MEDIA_TYPE)
              .asException();
    };
  }

  private static Received one(AuditEvent event) {
    return new Received(false, List.of(new Decoded(0, event.ref().id(), event, null)));
  }

  private static Map<String, String> attributes(Headers headers) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String name : headers.names()) {
      if (name.startsWith("ce-")) {
        String attribute = name.substring("ce-".length());
        attributes.put(
            attribute,
            decoded(
                attribute,
                headers
                    .one(name)
                    .orElseThrow(
                        () -> new InvalidEventException(attribute, "is sent without a value"))));
      }
    }
    return attributes;
  }

  /** Header values are percent-encoded UTF-8 (section 3.1.3.2 of the binding). */
  private static String decoded(String name, String value) {
    return value.indexOf('%') < 0 ? value : Parameters.decodePercent(name, value);
  }
}
