// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer that says what is wrong and what to do about it. It never repeats a value from the
 * request that could be a secret.
 *
 * @param status HTTP status, 400 to 599
 * @param type stable name of the sort of problem, in kebab case
 * @param title the same for people
 * @param detail this occurrence and its remedy
 * @param members more facts for programs, for example {@code field}
 * @param headers header fields that belong to the answer, for example {@code Retry-After}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, problem details</a>
 */
public record Problem(
    int status,
    String type,
    String title,
    String detail,
    Map<String, JsonNode> members,
    Map<String, String> headers) {

  /** Media type of a problem. */
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final String TYPE_PREFIX = "urn:changetrail:problem:";

  public Problem {
    members = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(members));
    headers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  public static Problem of(int status, String type, String title, String detail) {
    return new Problem(status, type, title, detail, Map.of(), Map.of());
  }

  /**
   * 400: a parameter, header or field of the body is wrong.
   *
   * @param detail what is wrong and the remedy; follows the field's name
   */
  public static Problem field(String field, String detail) {
    return of(400, "invalid-field", "A field is missing or wrong", field + " " + detail)
        .with("field", TextNode.valueOf(field));
  }

  /** 404: what was asked for does not exist, or not for this reader. */
  public static Problem notFound(String detail) {
    return of(404, "not-found", "Not found", detail);
  }

  /**
   * 413: the body is too large.
   *
   * @param detail the limit and the remedy; follows "body"
   */
  public static Problem tooLarge(String detail) {
    return of(413, "too-large", "The request is too large", "body " + detail)
        .with("field", TextNode.valueOf("body"));
  }

  /** 429: the server has no room just now. */
  public static Problem busy(String detail) {
    return of(429, "busy", "The server is busy", detail).header("Retry-After", "1");
  }

  public Problem with(String member, JsonNode value) {
    Map<String, JsonNode> more = new LinkedHashMap<>(members);
    more.put(member, value);
    return new Problem(status, type, title, detail, more, headers);
  }

  public Problem header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Problem(status, type, title, detail, members, more);
  }

  public ProblemException asException() {
    return new ProblemException(this);
  }

  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("type", TYPE_PREFIX + type);
    json.put("title", title);
    json.put("status", status);
    json.put("detail", detail);
    members.forEach(json::set);
    return json;
  }

  public Response toResponse() {
    Response response = Response.json(status, toJson()).header("Content-Type", MEDIA_TYPE);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      response = response.header(header.getKey(), header.getValue());
    }
    return response;
  }
}
