// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes an event has on the wire at most, found without encoding it: nearly every event is
 * far smaller than its limit, and need not be encoded to be sure.
 */
final class SizeBound {
  /** A control character is escaped with so many. */
  private static final int BYTES_PER_CHAR = 6;

  /** Quotes, colon and comma, and the longest of our own names. */
  private static final int PER_FIELD = 48;

  /** Envelope and context without their values, and all that is of fixed length. */
  private static final int PER_EVENT = 4096;

  /** Source, id, type and subject stand in the envelope and in the context. */
  private static final int PLACES = 4;

  private long chars;
  private long fields;

  private SizeBound() {}

  static long of(AuditEvent event) {
    SizeBound bound = new SizeBound();
    for (int i = 0; i < PLACES; i++) {
      bound.ref(event.ref());
      bound.text(event.type());
      bound.provenance(event.provenance());
      event.targets().forEach(bound::target);
    }
    bound.actor(event.actor());
    bound.actor(event.onBehalfOf());
    bound.change(event.change());
    bound.links(event.links());
    bound.ref(event.amends());
    if (event.origin() != null) {
      bound.text(event.origin().installation());
      bound.text(event.origin().replica());
      bound.text(event.origin().epoch());
      bound.text(event.origin().previousEpoch());
    }
    bound.trees(event.attributes());
    bound.tree(event.unmapped());
    return bound.chars * BYTES_PER_CHAR + bound.fields * PER_FIELD + PER_EVENT;
  }

  private void change(Change change) {
    text(change.kind().name());
    text(change.action());
    text(change.id());
    text(change.summary());
    text(change.summary()); // also the description of an incident
    text(change.reason());
    text(change.ticket());
    ref(change.rollbackOf());
    StateChange state = change.state();
    tree(state.before());
    tree(state.after());
    tree(state.patch());
    state.redacted().forEach(this::text);
  }

  private void provenance(Provenance provenance) {
    Provenance.Vcs vcs = provenance.vcs();
    if (vcs != null) {
      text(vcs.repository());
      text(vcs.revision());
      text(vcs.ref());
      text(vcs.author());
      text(vcs.message());
      text(vcs.pullRequest());
      text(vcs.compareUrl());
    }
    Provenance.Build build = provenance.build();
    if (build != null) {
      text(build.system());
      text(build.pipeline());
      text(build.runId());
      text(build.url());
      text(build.stage());
    }
    for (Provenance.Artifact artifact : provenance.artifacts()) {
      text(artifact.purl());
      text(artifact.digest());
      text(artifact.version());
    }
  }

  private void target(Target target) {
    text(target.service());
    text(target.environment());
    text(target.region());
    text(target.cluster());
    text(target.namespace());
    Resource resource = target.resource();
    if (resource != null) {
      text(resource.kind());
      text(resource.name());
      text(resource.name()); // also the key of a feature flag
      text(resource.uid());
    }
  }

  private void actor(@Nullable Actor actor) {
    if (actor != null) {
      text(actor.id());
      text(actor.name());
      text(actor.via());
      fields += 2;
    }
  }

  private void links(Links links) {
    text(links.traceparent());
    text(links.tracestate());
    links.causedBy().forEach(this::ref);
    links
        .urls()
        .forEach(
            (label, url) -> {
              text(label);
              text(url);
            });
  }

  private void ref(@Nullable EventRef ref) {
    if (ref != null) {
      text(ref.source());
      text(ref.id());
    }
  }

  private void text(@Nullable String text) {
    fields++;
    chars += text == null ? 0 : text.length();
  }

  private void trees(Map<String, JsonNode> trees) {
    trees.forEach(
        (name, tree) -> {
          text(name);
          tree(tree);
        });
  }

  private void tree(@Nullable JsonNode tree) {
    if (tree == null) {
      return;
    }
    if (tree.isTextual()) {
      text(tree.textValue());
    } else if (tree.isBigDecimal() || tree.isBigInteger() || tree.isBinary() || tree.isPojo()) {
      text(tree.asText());
    } else if (tree.isObject()) {
      tree.properties()
          .forEach(
              field -> {
                text(field.getKey());
                tree(field.getValue());
              });
    } else if (tree.isArray()) {
      fields++;
      tree.forEach(this::tree);
    } else {
      fields++; // a number of the machine, true, false or null
    }
  }
}
