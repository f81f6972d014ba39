// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.http.Access;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import java.util.List;
import java.util.Locale;

/** {@code GET /v1/whoami}: what the credential allows. */
public final class WhoamiEndpoint implements Endpoint {
  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("name", request.caller().name());
    answer.put("tenant", request.caller().tenant());
    ArrayNode rights = answer.putArray("rights");
    for (Access access : request.caller().rights()) {
      rights.add(access.name().toLowerCase(Locale.ROOT));
    }
    return Response.json(200, answer);
  }
}
