// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Links;
import io.changetrail.model.Origin;
import io.changetrail.model.Provenance;
import io.changetrail.model.RedactedValue;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The redaction of one event: first its trees, then its texts, in which the trees' values recur.
 */
final class EventRedaction {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** No name of an attribute or a link has a lower bound than this. */
  private static final int SAFE_NAME = 128;

  private static final ChangeKind REDACTED_KIND = ChangeKind.of("redacted.kind");

  private final Redactor redactor;
  private final SecretsInTree trees;
  private KnownSecrets known;

  EventRedaction(List<List<String>> secretPlaces, Redactor redactor) {
    this.redactor = redactor;
    this.trees = new SecretsInTree(secretPlaces, redactor::hashed);
    this.known = new KnownSecrets(List.of(), Map.of(), redactor::hashed);
  }

  AuditEvent redact(AuditEvent event) {
    StateChange given = event.change().state();
    boolean kubernetesSecret =
        event.targets().stream()
            .map(Target::resource)
            .anyMatch(resource -> resource != null && resource.kind().equalsIgnoreCase("Secret"));
    if (event.targets().stream().anyMatch(EventRedaction::isCredentialFlag)) {
      trees.ofCredentialFlag();
    }
    StateChange state = state(given, kubernetesSecret);
    Map<String, JsonNode> attributes = attributes(event.attributes());
    ObjectNode unmapped = unmapped(event.unmapped());
    if (!trees.concealed().isEmpty()) {
      known = new KnownSecrets(trees.found(), trees.concealed(), redactor::hashed);
      state = withoutKnown(given, state);
      attributes.replaceAll((name, value) -> known.outOf(value));
      unmapped = (ObjectNode) known.outOf(unmapped);
    }
    String type = event.type();
    AuditEvent redacted =
        event.toBuilder()
            .ref(ref(event.ref()))
            .type(type == null || redactor.text(type).equals(type) ? type : null)
            .actor(actor(event.actor()))
            .onBehalfOf(event.onBehalfOf() == null ? null : actor(event.onBehalfOf()))
            .targets(event.targets().stream().map(this::target).toList())
            .change(change(event.change(), state))
            .provenance(provenance(event.provenance()))
            .links(links(event.links()))
            .origin(event.origin() == null ? null : origin(event.origin()))
            .amends(event.amends() == null ? null : ref(event.amends()))
            .attributes(attributes)
            .unmapped(unmapped)
            .build();
    return redacted.equals(event) ? event : redacted;
  }

  private static boolean isCredentialFlag(Target target) {
    Resource resource = target.resource();
    return resource != null
        && resource.kind().equals(Resource.FEATURE_FLAG)
        && CredentialNames.holdCredential(resource.name());
  }

  // Trees

  private StateChange state(StateChange state, boolean kubernetesSecret) {
    if (state.isEmpty() && state.redacted().isEmpty()) {
      return state;
    }
    JsonNode before = tree(state.before(), kubernetesSecret);
    JsonNode after = tree(state.after(), kubernetesSecret);
    Set<String> pointers = new LinkedHashSet<>();
    state.redacted().forEach(pointer -> pointers.add(pointer(pointer)));
    pointers.addAll(trees.pointers());
    ArrayNode patch =
        state.patch() == null
            ? null
            : patch(state, before, after, Set.copyOf(trees.secretPointers()), kubernetesSecret);
    return new StateChange(before, after, patch, List.copyOf(pointers), state.truncated());
  }

  private @Nullable JsonNode tree(@Nullable JsonNode tree, boolean kubernetesSecret) {
    if (tree == null) {
      return null;
    }
    return kubernetesSecret ? trees.redactKubernetesSecret(tree) : trees.redact(tree);
  }

  private StateChange withoutKnown(StateChange given, StateChange state) {
    JsonNode before = state.before() == null ? null : known.outOf(state.before());
    JsonNode after = state.after() == null ? null : known.outOf(state.after());
    ArrayNode patch = state.patch();
    boolean same = Objects.equals(before, state.before()) && Objects.equals(after, state.after());
    if (patch != null) {
      patch =
          !same && leadsThere(given)
              ? StructuralDiff.patch(before, after)
              : (ArrayNode) known.outOf(patch);
    }
    return new StateChange(before, after, patch, state.redacted(), state.truncated());
  }

  /** A patch that led from before to after still does; any other is redacted step by step. */
  private ArrayNode patch(
      StateChange state,
      @Nullable JsonNode before,
      @Nullable JsonNode after,
      Set<String> pointers,
      boolean kubernetesSecret) {
    ArrayNode patch = Objects.requireNonNull(state.patch());
    ArrayNode redacted = NODES.arrayNode(patch.size());
    for (JsonNode operation : patch) {
      redacted.add(
          operation instanceof ObjectNode step
              ? step(step, state, pointers, kubernetesSecret)
              : trees.redact(operation));
    }
    boolean same =
        redacted.equals(patch)
            && Objects.equals(before, state.before())
            && Objects.equals(after, state.after());
    if (same) {
      return patch;
    }
    return leadsThere(state) ? StructuralDiff.patch(before, after) : redacted;
  }

  private static boolean leadsThere(StateChange state) {
    ArrayNode patch = state.patch();
    if (patch == null || (state.before() == null && state.after() == null)) {
      return false;
    }
    try {
      JsonNode reached = StructuralDiff.apply(state.before(), patch);
      return reached.equals(state.after() == null ? NODES.nullNode() : state.after());
    } catch (InvalidEventException doesNotApply) {
      return false;
    }
  }

  private ObjectNode step(
      ObjectNode step, StateChange state, Set<String> pointers, boolean kubernetesSecret) {
    String place = step.path("path").asText();
    List<String> segments = Pointers.segments(place);
    ObjectNode redacted = NODES.objectNode();
    for (Map.Entry<String, JsonNode> field : step.properties()) {
      JsonNode value = field.getValue();
      String name = field.getKey();
      boolean pointer = (name.equals("path") || name.equals("from")) && value.isTextual();
      if (pointer) {
        redacted.put(name, pointer(value.textValue()));
      } else if (name.equals("value")) {
        redacted.set(name, stepValue(segments, value, state, pointers, kubernetesSecret));
      } else {
        redacted.set(redactor.text(name), trees.redact(value));
      }
    }
    return redacted;
  }

  private JsonNode stepValue(
      List<String> segments,
      JsonNode value,
      StateChange state,
      Set<String> pointers,
      boolean kubernetesSecret) {
    if (segments.isEmpty()) {
      return kubernetesSecret ? trees.redactKubernetesSecret(value) : trees.redact(value);
    }
    String first = segments.get(0);
    String last = segments.get(segments.size() - 1);
    boolean secret =
        (kubernetesSecret && (first.equals("data") || first.equals("stringData")))
            || isWithin(Pointers.of(segments), pointers)
            || isCredential(segments, value)
            || trees.isWithinFlagValue(segments)
            || (SecretsInTree.isValueOfEntry(last) && isCredentialEntry(segments, state));
    return trees.redactAt(segments, secret, value);
  }

  private static boolean isCredential(List<String> segments, JsonNode value) {
    String last = segments.get(segments.size() - 1);
    boolean quantity = value.isNumber() && CredentialNames.isPlural(last);
    return !quantity && segments.stream().anyMatch(CredentialNames::holdCredential);
  }

  /** Whether the place, or one around it, was found to be secret in a state. */
  private static boolean isWithin(String pointer, Set<String> pointers) {
    return !pointers.isEmpty()
        && pointers.stream()
            .anyMatch(known -> pointer.equals(known) || pointer.startsWith(known + "/"));
  }

  private static boolean isCredentialEntry(List<String> segments, StateChange state) {
    List<String> entry = segments.subList(0, segments.size() - 1);
    return isCredentialEntry(entry, state.before()) || isCredentialEntry(entry, state.after());
  }

  private static boolean isCredentialEntry(List<String> entry, @Nullable JsonNode root) {
    JsonNode node = root;
    for (String segment : entry) {
      if (node instanceof ArrayNode array && segment.matches("[0-9]{1,9}")) {
        node = array.get(Integer.parseInt(segment));
      } else {
        node = node == null ? null : node.get(segment);
      }
    }
    return node != null && SecretsInTree.isCredentialEntry(node);
  }

  private Map<String, JsonNode> attributes(Map<String, JsonNode> attributes) {
    Map<String, JsonNode> redacted = new LinkedHashMap<>();
    boolean entry =
        !attributes.isEmpty()
            && SecretsInTree.isCredentialEntry(NODES.objectNode().setAll(attributes));
    attributes.forEach(
        (name, value) -> {
          boolean secret =
              isCredential(List.of(name), value) || (entry && SecretsInTree.isValueOfEntry(name));
          boolean reference = SecretsInTree.isReference(name, value);
          JsonNode without = trees.redactAt(List.of(name), secret && !reference, value);
          redacted.put(name(name, redacted.keySet()), without);
        });
    return redacted;
  }

  /**
   * What the wire carried beside the fields, each by its place. Values that stood in one object are
   * looked at together, because the one may say what the other is.
   */
  private ObjectNode unmapped(ObjectNode unmapped) {
    if (unmapped.isEmpty()) {
      return unmapped;
    }
    Map<List<String>, ObjectNode> byParent = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : unmapped.properties()) {
      List<String> segments = Pointers.segments(field.getKey());
      int last = segments.size() - 1;
      List<String> parent = last < 0 ? List.of() : segments.subList(0, last);
      String name = last < 0 ? "" : segments.get(last);
      byParent.computeIfAbsent(parent, ignored -> NODES.objectNode()).set(name, field.getValue());
    }
    ObjectNode redacted = NODES.objectNode();
    byParent.forEach(
        (parent, object) -> {
          boolean secret = parent.stream().anyMatch(CredentialNames::holdCredential);
          JsonNode without = trees.redactAt(parent, secret, object);
          List<String> place = new ArrayList<>(parent);
          place.replaceAll(redactor::text);
          for (Map.Entry<String, JsonNode> field : without.properties()) {
            place.add(field.getKey());
            redacted.set(Pointers.of(place), field.getValue());
            place.remove(place.size() - 1);
          }
        });
    return redacted;
  }

  /** A pointer segment by segment, as the names that it leads along; anything else as text. */
  private String pointer(String pointer) {
    if (!pointer.startsWith("/")) {
      return redactor.text(pointer);
    }
    List<String> segments = Pointers.segments(pointer);
    List<String> redacted = segments.stream().map(redactor::text).toList();
    return redacted.equals(segments) ? pointer : Pointers.of(redacted);
  }

  // Records

  private EventRef ref(EventRef ref) {
    String source = SecretsInText.replace(ref.source(), redactor::inId);
    String id = SecretsInText.replace(ref.id(), redactor::inId);
    try {
      return new EventRef(source, id);
    } catch (InvalidEventException tooLong) {
      return new EventRef(
          source.equals(ref.source()) ? source : redactor.inId(ref.source(), true),
          id.equals(ref.id()) ? id : redactor.inId(ref.id(), true));
    }
  }

  private String id(String value) {
    return SecretsInText.replace(value, redactor::inId);
  }

  private Actor actor(Actor actor) {
    return fitting(
        texts ->
            new Actor(
                texts.of(actor.id()),
                texts.optional(actor.name()),
                actor.kind(),
                texts.optional(actor.via()),
                actor.evidence()));
  }

  private Target target(Target target) {
    Resource resource = target.resource();
    return fitting(
        texts ->
            new Target(
                texts.optional(target.service()),
                texts.optional(target.environment()),
                texts.optional(target.region()),
                texts.optional(target.cluster()),
                texts.optional(target.namespace()),
                resource == null
                    ? null
                    : new Resource(
                        texts.of(resource.kind()),
                        texts.of(resource.name()),
                        texts.optional(resource.uid()))));
  }

  private Change change(Change change, StateChange state) {
    String kind = change.kind().name();
    // A line that was made from the state before is made anew, so that it shows no piece of it.
    boolean ofTheState =
        !state.equals(change.state())
            && change.summary().equals(StructuralDiff.summary(change.state()));
    String line = ofTheState ? StructuralDiff.summary(state) : change.summary();
    return fitting(
        texts ->
            change.toBuilder()
                .kind(redactor.text(kind).equals(kind) ? change.kind() : REDACTED_KIND)
                .action(texts.of(change.action()))
                .id(change.id() == null ? null : texts.id(change.id()))
                .summary(texts.free(line))
                .reason(texts.optionalFree(change.reason()))
                .ticket(texts.optional(change.ticket()))
                .state(state)
                .rollbackOf(change.rollbackOf() == null ? null : ref(change.rollbackOf()))
                .build());
  }

  private Provenance provenance(Provenance provenance) {
    if (provenance.isEmpty()) {
      return provenance;
    }
    Provenance.Vcs vcs = provenance.vcs();
    Provenance.Build build = provenance.build();
    return new Provenance(
        vcs == null
            ? null
            : fitting(
                texts ->
                    new Provenance.Vcs(
                        texts.optional(vcs.repository()),
                        texts.optional(vcs.revision()),
                        texts.optional(vcs.ref()),
                        texts.optional(vcs.author()),
                        texts.optionalFree(vcs.message()),
                        texts.optional(vcs.pullRequest()),
                        texts.optional(vcs.compareUrl()))),
        build == null
            ? null
            : fitting(
                texts ->
                    new Provenance.Build(
                        texts.optional(build.system()),
                        texts.optional(build.pipeline()),
                        texts.optional(build.runId()),
                        texts.optional(build.url()),
                        texts.optional(build.stage()))),
        provenance.artifacts().stream()
            .map(
                artifact ->
                    fitting(
                        texts ->
                            new Provenance.Artifact(
                                texts.optional(artifact.purl()),
                                texts.optional(artifact.digest()),
                                texts.optional(artifact.version()))))
            .toList());
  }

  private Links links(Links links) {
    if (links.isEmpty()) {
      return links;
    }
    return fitting(
        texts -> {
          Map<String, String> urls = new LinkedHashMap<>();
          links
              .urls()
              .forEach(
                  (label, url) -> {
                    String redacted = texts.of(url);
                    if (redacted.startsWith("https://") || redacted.startsWith("http://")) {
                      urls.put(name(label, urls.keySet()), redacted);
                    }
                  });
          return new Links(
              links.traceparent(),
              texts.optional(links.tracestate()),
              links.causedBy().stream().map(this::ref).toList(),
              urls);
        });
  }

  private Origin origin(Origin origin) {
    return fitting(
        texts ->
            new Origin(
                texts.id(origin.installation()),
                origin.replica() == null ? null : texts.id(origin.replica()),
                origin.epoch() == null ? null : texts.id(origin.epoch()),
                origin.number(),
                origin.previousEpoch() == null ? null : texts.id(origin.previousEpoch()),
                origin.previousLast()));
  }

  /** The name of an attribute or a link; two that become one stay two. */
  private String name(String name, Set<String> others) {
    String redacted = redactor.text(name);
    if (redacted.length() > SAFE_NAME && !redacted.equals(name)) {
      redacted = cut(SecretsInText.replace(name, (secret, token) -> RedactedValue.UNKEYED), name);
    }
    String unlike = redacted;
    for (int i = 2; others.contains(unlike); i++) {
      String number = " (" + i + ")";
      int room = Math.min(redacted.length(), SAFE_NAME - number.length());
      unlike = redacted.substring(0, room) + number;
    }
    return unlike;
  }

  // Bounds

  /** How the texts of a record are redacted. */
  private final class Texts {
    /** From a text, perhaps already without known secrets, and the text as it was. */
    private final BinaryOperator<String> texts;

    private final UnaryOperator<String> ids;

    Texts(BinaryOperator<String> texts, UnaryOperator<String> ids) {
      this.texts = texts;
      this.ids = ids;
    }

    String of(String text) {
      return texts.apply(text, text);
    }

    @Nullable String optional(@Nullable String text) {
      return text == null ? null : of(text);
    }

    /** A sentence of somebody's, in which what stands elsewhere in the event may recur. */
    String free(String text) {
      return texts.apply(known.outOf(text), text);
    }

    @Nullable String optionalFree(@Nullable String text) {
      return text == null ? null : free(text);
    }

    String id(String text) {
      return ids.apply(text);
    }
  }

  /**
   * The record with hashes in it; if they make a field too long, with the short word instead; and
   * if even that is too long, cut to the length that the field had.
   */
  private <T> T fitting(Function<Texts, T> record) {
    try {
      return record.apply(new Texts((text, original) -> redactor.text(text), this::id));
    } catch (InvalidEventException tooLong) {
      Replacement shortly = (secret, token) -> RedactedValue.UNKEYED;
      UnaryOperator<String> wholeId =
          text -> id(text).equals(text) ? text : redactor.inId(text, true);
      try {
        return record.apply(
            new Texts((text, original) -> SecretsInText.replace(text, shortly), wholeId));
      } catch (InvalidEventException stillTooLong) {
        return record.apply(
            new Texts(
                (text, original) -> cut(SecretsInText.replace(text, shortly), original), wholeId));
      }
    }
  }

  private static String cut(String redacted, String original) {
    if (redacted.length() <= original.length()) {
      return redacted;
    }
    int end = original.length();
    return redacted.substring(
        0, Character.isHighSurrogate(redacted.charAt(end - 1)) ? end - 1 : end);
  }
}
