// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.topology;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.correlation.Topology.Edge;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Takes documents about who calls whom, and shows what is known of it. */
public final class TopologyEndpoints {
  private final Topologies topologies;
  private final Catalogues catalogue;

  public TopologyEndpoints(Topologies topologies, Catalogues catalogue) {
    this.topologies = topologies;
    this.catalogue = catalogue;
  }

  /**
   * {@code PUT /v1/topology/{name}}: a document in place of the earlier one of that name. The
   * credential must be one that may send for the source {@code /topology/{name}}.
   */
  public Response put(Request request) {
    request.query().only(List.of());
    String name = request.pathParameter("name");
    if (!name.matches("[a-z0-9-]{1,64}")) {
      throw Problem.field("name", "must be of lower-case letters, digits and '-', at most 64")
          .asException();
    }
    if (!request.caller().maySendFor("/topology/" + name)) {
      throw Problem.of(
              403,
              "forbidden",
              "Not allowed",
              "the credential may not send for the source /topology/" + name)
          .asException();
    }
    Calls calls;
    try {
      calls = Calls.read(new String(request.body(), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw Problem.field("body", String.valueOf(e.getMessage())).asException();
    }
    try {
      topologies.put(request.caller().tenant(), name, calls);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the topology", e);
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("edges", calls.toJson().path("edges").size());
    return Response.json(200, answer);
  }

  /** {@code GET /v1/topology}: the edges between services that the reader may see. */
  public Response get(Request request) {
    request.query().only(List.of());
    Catalogue known = catalogue.of(request.caller().tenant());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode list = answer.putArray("edges");
    for (Map.Entry<String, List<Edge>> source :
        topologies.bySource(request.scope(), known).entrySet()) {
      for (Edge edge : source.getValue()) {
        list.addObject()
            .put("from", edge.caller())
            .put("to", edge.callee())
            .put("weight", edge.weight())
            .put("source", source.getKey());
      }
    }
    return Response.json(200, answer);
  }
}
