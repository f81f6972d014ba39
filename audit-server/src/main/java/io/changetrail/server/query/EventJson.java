// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.store.StoredEvent;
import org.jspecify.annotations.Nullable;

/** Events and their parts as answers show them. */
public final class EventJson {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private EventJson() {}

  /** The CloudEvent with what the store knows of it as extension attributes. */
  public static ObjectNode of(StoredEvent stored) {
    ObjectNode json = CODEC.toTree(stored.event());
    json.put("eventid", stored.eventId());
    json.put("seq", Long.toString(stored.seq()));
    json.put("ingestedtime", stored.ingestedTime().toString());
    if (stored.clockOffset() != null) {
      json.put("clockoffset", stored.clockOffset().toString());
    }
    if (stored.conflicting()) {
      json.put("conflicting", true);
    }
    if (stored.reduced()) {
      json.put("reduced", true);
    }
    return json;
  }

  /** A target; absent parts are left out. */
  public static ObjectNode of(Target target) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    put(json, "service", target.service());
    put(json, "environment", target.environment());
    put(json, "region", target.region());
    put(json, "cluster", target.cluster());
    put(json, "namespace", target.namespace());
    Resource resource = target.resource();
    if (resource != null) {
      ObjectNode part = json.putObject("resource");
      part.put("kind", resource.kind());
      part.put("name", resource.name());
      put(part, "uid", resource.uid());
    }
    return json;
  }

  /** An actor; absent parts are left out. */
  static ObjectNode of(Actor actor) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", actor.id());
    put(json, "name", actor.name());
    json.put("kind", actor.kind().wireName());
    put(json, "via", actor.via());
    json.put("evidence", actor.evidence().wireName());
    return json;
  }

  static void put(ObjectNode json, String name, @Nullable Object value) {
    if (value != null) {
      json.put(name, value.toString());
    }
  }
}
