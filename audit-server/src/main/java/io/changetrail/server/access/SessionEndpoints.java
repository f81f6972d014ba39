// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.http.JsonFields;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code /v1/session}: what a browser has instead of a token. */
public final class SessionEndpoints {
  private final TokenAuthenticator authenticator;

  public SessionEndpoints(TokenAuthenticator authenticator) {
    this.authenticator = authenticator;
  }

  /** {@code GET}: who one is, and what a request that writes must carry. */
  public Response current(Request request) {
    request.query().only(List.of());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("name", request.caller().name());
    answer.put("development", authenticator.isDevelopment());
    ArrayNode rights = answer.putArray("rights");
    request.caller().rights().forEach(right -> rights.add(right.name().toLowerCase(Locale.ROOT)));
    authenticator
        .session(request.headers())
        .ifPresent(
            session -> answer.put("csrf", session.csrf()).put("ends", session.ends().toString()));
    return Response.json(200, answer);
  }

  /** {@code POST}: exchanges a token for a cookie. */
  public Response begin(Request request) {
    request.query().only(List.of());
    JsonFields fields = JsonFields.ofBody(request.body());
    fields.only(Set.of("token"));
    BrowserSessions.Begun begun =
        authenticator
            .begin(fields.text("token").strip())
            .orElseThrow(
                () ->
                    Problem.field(
                            "token",
                            "is not known here, has expired, or may not read; make one with"
                                + " 'changetrail token create NAME --read'")
                        .asException());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("csrf", begun.session().csrf());
    answer.put("ends", begun.session().ends().toString());
    return Response.json(201, answer)
        .header("Set-Cookie", cookie(begun.id(), BrowserSessions.LASTS.toSeconds()));
  }

  /** {@code DELETE}: ends it, here and in the browser. */
  public Response end(Request request) {
    request.query().only(List.of());
    authenticator.end(request.headers());
    return Response.empty(204).header("Set-Cookie", cookie("", 0));
  }

  /**
   * Always {@code Secure}: TLS often ends at a proxy, which this server does not see. Browsers take
   * it from this machine without TLS too, and from no other.
   */
  private static String cookie(String value, long seconds) {
    return BrowserSessions.COOKIE
        + "="
        + value
        + "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="
        + seconds;
  }
}
