// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import io.changetrail.model.diff.Difference;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values by which an event can be filtered and counted. */
public final class EventFields {
  /** Longer changed values are not searchable. */
  public static final int MAX_VALUE_LENGTH = 1024;

  private EventFields() {}

  /** All values of each field, those of all targets included. */
  public static Map<Field, Set<String>> of(AuditEvent event) {
    Map<Field, Set<String>> fields = new EnumMap<>(Field.class);
    event
        .targets()
        .forEach(target -> ofTarget(target).forEach((field, value) -> put(fields, field, value)));
    Change change = event.change();
    put(fields, Field.KIND, change.kind().name());
    put(fields, Field.PHASE, change.phase().wireName());
    put(fields, Field.ACTION, change.action());
    change.ended().ifPresent(outcome -> put(fields, Field.OUTCOME, outcome.wireName()));
    put(fields, Field.ACTOR, event.actor().id());
    event.principal().ifPresent(principal -> put(fields, Field.ACTOR, principal.id()));
    put(fields, Field.SOURCE, event.ref().source());
    Provenance.Vcs vcs = event.provenance().vcs();
    if (vcs != null) {
      put(fields, Field.REPOSITORY, vcs.repository());
      put(fields, Field.REVISION, vcs.revision());
      event.revisions().forEach(brought -> put(fields, Field.REVISION, brought));
      put(fields, Field.REF, vcs.ref());
      put(fields, Field.PULL_REQUEST, vcs.pullRequest());
    }
    Provenance.Build build = event.provenance().build();
    if (build != null) {
      put(fields, Field.PIPELINE, build.pipeline());
      put(fields, Field.BUILD, build.runId());
    }
    for (Provenance.Artifact artifact : event.provenance().artifacts()) {
      put(fields, Field.DIGEST, artifact.digest());
      put(fields, Field.VERSION, artifact.version());
    }
    put(fields, Field.TICKET, change.ticket());
    put(fields, Field.CHANGE, change.id());
    put(fields, Field.TRACE, event.links().traceId().orElse(null));
    event.links().causedBy().forEach(cause -> put(fields, Field.REFERS_TO, cause.toString()));
    put(fields, Field.REFERS_TO, change.rollbackOf());
    put(fields, Field.REFERS_TO, event.amends());
    return fields;
  }

  /** The values of one target. */
  public static Map<Field, String> ofTarget(Target target) {
    Map<Field, String> fields = new EnumMap<>(Field.class);
    putOne(fields, Field.SERVICE, target.service());
    putOne(fields, Field.ENVIRONMENT, target.environment());
    putOne(fields, Field.REGION, target.region());
    putOne(fields, Field.CLUSTER, target.cluster());
    putOne(fields, Field.NAMESPACE, target.namespace());
    if (target.resource() != null) {
      fields.put(Field.RESOURCE, target.resource().kind() + "/" + target.resource().name());
    }
    return fields;
  }

  /** The changed paths, dotted. */
  public static Set<String> paths(List<Difference> differences) {
    Set<String> paths = new LinkedHashSet<>();
    differences.forEach(difference -> paths.add(difference.dotted()));
    return paths;
  }

  /** The changed scalar values, old and new, as written. */
  public static Set<String> values(List<Difference> differences) {
    Set<String> values = new LinkedHashSet<>();
    for (Difference difference : differences) {
      value(values, difference.before());
      value(values, difference.after());
    }
    return values;
  }

  private static void value(Set<String> values, @Nullable JsonNode node) {
    if (node != null && node.isValueNode() && node.asText().length() <= MAX_VALUE_LENGTH) {
      values.add(node.asText());
    }
  }

  private static void put(Map<Field, Set<String>> fields, Field field, @Nullable Object value) {
    if (value instanceof EventRef || value instanceof String) {
      fields.computeIfAbsent(field, ignored -> new LinkedHashSet<>()).add(value.toString());
    }
  }

  private static void putOne(Map<Field, String> fields, Field field, @Nullable String value) {
    if (value != null) {
      fields.put(field, value);
    }
  }
}
