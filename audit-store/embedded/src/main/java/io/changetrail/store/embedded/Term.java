// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.Difference;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.store.EventFields;
import io.changetrail.store.SearchText;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a posting list is kept for.
 *
 * @param field wire name of a {@link io.changetrail.store.Field}, or one of the constants
 */
record Term(String field, String value) {
  /** Every event that is not an amendment. */
  static final Term ALL = new Term("*", "");

  /** A whole target, so that conditions on targets can hold on one and the same. */
  static final String TARGET = "=target";

  static final String WORD = "=word";

  /** A changed path, back to front: what is looked for is its end. */
  static final String PATH = "=path";

  static final String VALUE = "=value";

  /** In front of a field: the term holds for the event as it was sent, not for its folded view. */
  private static final String RAW = "~";

  /** The terms by which events are counted. */
  static Set<Term> ofFields(AuditEvent event) {
    Set<Term> terms = new LinkedHashSet<>();
    EventFields.of(event)
        .forEach(
            (field, values) ->
                values.forEach(value -> terms.add(new Term(field.wireName(), value))));
    return terms;
  }

  /** The other terms by which events are found. */
  static Set<Term> ofContent(AuditEvent event) {
    List<Difference> differences = StructuralDiff.differences(event.change().state());
    Set<Term> terms = new LinkedHashSet<>();
    terms.add(ALL);
    event.targets().forEach(target -> terms.add(of(target)));
    SearchText.words(event, differences).forEach(word -> terms.add(new Term(WORD, word)));
    EventFields.paths(differences).forEach(path -> terms.add(new Term(PATH, reversed(path))));
    EventFields.values(differences).forEach(value -> terms.add(new Term(VALUE, value)));
    return terms;
  }

  Term raw() {
    return new Term(raw(field), value);
  }

  static String raw(String field) {
    return RAW + field;
  }

  static Term of(Target target) {
    ArrayNode parts = JsonNodeFactory.instance.arrayNode();
    parts.add(target.service()).add(target.environment()).add(target.region());
    parts.add(target.cluster()).add(target.namespace());
    Resource resource = target.resource();
    if (resource != null) {
      parts.add(resource.kind()).add(resource.name()).add(resource.uid());
    }
    return new Term(TARGET, parts.toString());
  }

  /** The target of a {@link #TARGET} term's value. */
  static Target target(String value) {
    ArrayNode parts = (ArrayNode) Bodies.read(value);
    return new Target(
        text(parts, 0),
        text(parts, 1),
        text(parts, 2),
        text(parts, 3),
        text(parts, 4),
        parts.size() > 5
            ? new Resource(parts.get(5).textValue(), parts.get(6).textValue(), text(parts, 7))
            : null);
  }

  private static @Nullable String text(ArrayNode parts, int index) {
    return parts.get(index).textValue();
  }

  static String reversed(String path) {
    return new StringBuilder(path).reverse().toString();
  }
}
