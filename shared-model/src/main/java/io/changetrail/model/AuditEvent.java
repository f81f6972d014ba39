// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One observation of one change: who, what, when, where, why and from which commit. Valid by
 * construction and never altered; a later fact is a new event that {@link #amends} this one.
 *
 * <p>The tenant is not part of it: the server takes that from the credential.
 *
 * @param time when it happened, by the source's clock
 * @param observedTime when the capture side saw it; not part of the event's content
 * @param type the CDEvents type as a foreign producer sent it; {@code null} for our own events,
 *     whose type follows from the change
 * @param actor who did it
 * @param onBehalfOf whose intent it carried out: commit author, merger, who pressed the button
 * @param targets what it reached; at least one with an environment if the kind alters environments
 * @param attributes facts without a field of their own, by OpenTelemetry-style dotted name
 * @param amends the event that this one adds facts to; then only the added parts are filled
 * @param unmapped what the wire format carried beside the fields above, each value by the JSON
 *     Pointer of its place; written back on encoding where that place is still there
 */
public record AuditEvent(
    EventRef ref,
    Instant time,
    @Nullable Instant observedTime,
    @Nullable String type,
    Actor actor,
    @Nullable Actor onBehalfOf,
    List<Target> targets,
    Change change,
    Provenance provenance,
    Links links,
    @Nullable Origin origin,
    Map<String, JsonNode> attributes,
    @Nullable EventRef amends,
    ObjectNode unmapped) {

  /** How many targets one event may name. */
  public static final int MAX_TARGETS = 1000;

  /** How many attributes one event may carry. */
  public static final int MAX_ATTRIBUTES = 256;

  /** The attribute in which a push lists the commits that it brought, the oldest first. */
  public static final String REVISIONS = "vcs.revisions";

  private static final int MOST_REVISIONS = 256;

  public AuditEvent {
    Require.present("id", ref);
    Require.present("time", time);
    Require.optionalText("type", type, 256);
    Require.present("actor", actor);
    Require.present("change", change);
    targets = List.copyOf(targets);
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    if (targets.size() > MAX_TARGETS) {
      throw new InvalidEventException(
          "targets", "has " + targets.size() + " entries; split the event at " + MAX_TARGETS);
    }
    if (attributes.size() > MAX_ATTRIBUTES) {
      throw new InvalidEventException(
          "attributes", "has " + attributes.size() + " entries; send at most " + MAX_ATTRIBUTES);
    }
    attributes.keySet().forEach(name -> Require.text("attributes", name, 256));
    if (amends != null && amends.equals(ref)) {
      throw new InvalidEventException("amends", "must name another event than the event itself");
    }
    if (amends == null && change.kind().altersAnEnvironment()) {
      requireEnvironments(targets, change.kind());
    }
  }

  private static void requireEnvironments(List<Target> targets, ChangeKind kind) {
    if (targets.isEmpty()) {
      throw new InvalidEventException(
          "targets", "is required for kind " + kind + "; name a service and an environment");
    }
    for (int i = 0; i < targets.size(); i++) {
      if (targets.get(i).environment() == null) {
        throw new InvalidEventException(
            "targets[" + i + "].environment",
            "is required for kind " + kind + "; say where it happened, for example 'prod'");
      }
    }
  }

  /** A builder with the parts that every event has. */
  public static Builder builder(EventRef ref, Instant time, Actor actor, Change change) {
    return new Builder(ref, time, actor, change);
  }

  public boolean isAmendment() {
    return amends != null;
  }

  /**
   * The commits that came to a branch by it, the oldest first: those that a push lists, at most 256
   * of them, and last the one that the branch has now. Empty for what is no change of code.
   */
  public List<String> revisions() {
    String head = provenance.commit().map(Provenance.Vcs::revision).orElse(null);
    if (head == null || !change.kind().equals(ChangeKind.CODE)) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    JsonNode listed = attributes.get(REVISIONS);
    if (listed != null) {
      for (JsonNode one : listed) {
        if (one.isTextual() && one.asText().length() <= 256 && !one.asText().equals(head)) {
          all.add(one.asText());
        }
      }
    }
    all.add(head);
    return List.copyOf(all.subList(Math.max(0, all.size() - MOST_REVISIONS), all.size()));
  }

  public Optional<Actor> principal() {
    return Optional.ofNullable(onBehalfOf);
  }

  public Builder toBuilder() {
    Builder builder = new Builder(ref, time, actor, change);
    builder.observedTime = observedTime;
    builder.type = type;
    builder.onBehalfOf = onBehalfOf;
    builder.targets.addAll(targets);
    builder.provenance = provenance;
    builder.links = links;
    builder.origin = origin;
    builder.attributes.putAll(attributes);
    builder.amends = amends;
    builder.unmapped = unmapped;
    return builder;
  }

  /** Collects the optional parts of an {@link AuditEvent}. */
  public static final class Builder {
    private EventRef ref;
    private Instant time;
    private Actor actor;
    private Change change;
    private @Nullable Instant observedTime;
    private @Nullable String type;
    private @Nullable Actor onBehalfOf;
    private final List<Target> targets = new ArrayList<>();
    private Provenance provenance = Provenance.none();
    private Links links = Links.none();
    private @Nullable Origin origin;
    private final Map<String, JsonNode> attributes = new LinkedHashMap<>();
    private @Nullable EventRef amends;
    private ObjectNode unmapped = JsonNodeFactory.instance.objectNode();

    private Builder(EventRef ref, Instant time, Actor actor, Change change) {
      this.ref = ref;
      this.time = time;
      this.actor = actor;
      this.change = change;
    }

    public Builder ref(EventRef value) {
      ref = value;
      return this;
    }

    public Builder time(Instant value) {
      time = value;
      return this;
    }

    public Builder actor(Actor value) {
      actor = value;
      return this;
    }

    public Builder change(Change value) {
      change = value;
      return this;
    }

    public Builder observedTime(@Nullable Instant value) {
      observedTime = value;
      return this;
    }

    public Builder type(@Nullable String value) {
      type = value;
      return this;
    }

    public Builder onBehalfOf(@Nullable Actor value) {
      onBehalfOf = value;
      return this;
    }

    /** Adds one target. */
    public Builder target(Target value) {
      targets.add(value);
      return this;
    }

    /** Replaces all targets. */
    public Builder targets(List<Target> values) {
      targets.clear();
      targets.addAll(values);
      return this;
    }

    public Builder provenance(Provenance value) {
      provenance = value;
      return this;
    }

    public Builder links(Links value) {
      links = value;
      return this;
    }

    public Builder origin(@Nullable Origin value) {
      origin = value;
      return this;
    }

    public Builder attribute(String name, JsonNode value) {
      attributes.put(name, value);
      return this;
    }

    /** Replaces all attributes. */
    public Builder attributes(Map<String, JsonNode> values) {
      attributes.clear();
      attributes.putAll(values);
      return this;
    }

    public Builder amends(@Nullable EventRef value) {
      amends = value;
      return this;
    }

    public Builder unmapped(ObjectNode value) {
      unmapped = value;
      return this;
    }

    public AuditEvent build() {
      return new AuditEvent(
          ref,
          time,
          observedTime,
          type,
          actor,
          onBehalfOf,
          targets,
          change,
          provenance,
          links,
          origin,
          attributes,
          amends,
          unmapped);
    }
  }
}
