// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.JsonFields;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.ResourceKey;
import io.changetrail.store.ResourceState;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * {@code PUT /v1/resources}: the state of a resource at first sight, so that its first change has a
 * before. No event, no entry in a timeline.
 */
public final class ResourcesEndpoint implements Endpoint {
  /** Kubernetes objects may have this size in etcd. */
  static final int MAX_STATE_BYTES = 1_500_000;

  private final AuditStore store;
  private final Redactor redactor;
  private final Acceptance acceptance;

  public ResourcesEndpoint(AuditStore store, Redactor redactor, Acceptance acceptance) {
    this.store = store;
    this.acceptance = acceptance;
    this.redactor = redactor;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    if (request.body().length > MAX_STATE_BYTES) {
      throw Problem.tooLarge(
              "has a state of more than "
                  + MAX_STATE_BYTES
                  + " bytes; a baseline of such a resource is not kept")
          .asException();
    }
    JsonFields fields = JsonFields.ofBody(request.body());
    fields.only(Set.of("source", "time", "target", "state"));
    String source = fields.text("source");
    if (!request.caller().maySendFor(source)) {
      throw new InvalidEventException(
          "source",
          "is not one that the credential '" + request.caller().name() + "' may send for");
    }
    Acceptance.checkNotOurs("source", source);
    Target target = target(fields.object("target"));
    if (!request.caller().vetting().covers(target)) {
      throw new InvalidEventException(
          "target.environment",
          "is not the one that the credential '" + request.caller().name() + "' is for");
    }
    Instant since = fields.instant("time");
    // Nothing would be in force until then, and what is in force now would not be taken any more.
    acceptance.checkNotAhead(since, ClockOffset.sent(request.received(), ClockOffset.of(request)));
    JsonNode state = redactor.redact(fields.object("state").node()).tree();
    ResourceKey key =
        ResourceKey.of(source, target)
            .orElseThrow(
                () ->
                    new InvalidEventException(
                        "target.resource", "is required: name the object by kind and name"));
    boolean created =
        store.putBaseline(
            request.caller().tenant(),
            new ResourceState(key, target, since, state, CanonicalContent.hash(state), null));
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("created", created);
    return Response.json(200, answer);
  }

  private static Target target(JsonFields fields) {
    fields.only(Set.of("service", "environment", "region", "cluster", "namespace", "resource"));
    JsonFields resource = fields.object("resource");
    resource.only(Set.of("kind", "name", "uid"));
    return new Target(
        fields.optionalText("service"),
        fields.optionalText("environment"),
        fields.optionalText("region"),
        fields.optionalText("cluster"),
        fields.optionalText("namespace"),
        new Resource(resource.text("kind"), resource.text("name"), resource.optionalText("uid")));
  }
}
