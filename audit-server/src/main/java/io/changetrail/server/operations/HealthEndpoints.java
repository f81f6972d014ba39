// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.operations;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.config.ReloadedFiles;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Health;
import java.util.List;

/** {@code GET /healthz} (does the process answer) and {@code GET /readyz} (can it do its work). */
public final class HealthEndpoints {
  private final AuditStore store;
  private final List<ReloadedFiles<?>> files;

  public HealthEndpoints(AuditStore store, List<ReloadedFiles<?>> files) {
    this.store = store;
    this.files = List.copyOf(files);
  }

  /** Alive. */
  public Response healthz(Request request) {
    return Response.json(200, JsonNodeFactory.instance.objectNode().put("status", "ok"));
  }

  /** Ready to take and give events. */
  public Response readyz(Request request) {
    Health health = store.health();
    List<String> problems = ServerMetrics.problems(health, files);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("status", health.writable() ? "ok" : "unavailable");
    answer.put("lastSeq", health.lastSeq());
    ArrayNode list = answer.putArray("problems");
    problems.forEach(list::add);
    return Response.json(health.writable() ? 200 : 503, answer);
  }
}
