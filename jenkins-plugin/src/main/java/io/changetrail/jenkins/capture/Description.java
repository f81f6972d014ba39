// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Provenance;
import io.changetrail.model.RedactedValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What every event of a run says of it. Attributes have the names of OpenTelemetry's semantic
 * conventions where it has one.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/registry/attributes/cicd/">CI/CD
 *     attributes</a>
 */
final class Description {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String SYSTEM = "jenkins";
  private static final int MOST_PARAMETERS = 100;
  private static final int LONGEST_PARAMETER = 1000;
  private static final int MOST_COMMITS = 100;
  private static final int MOST_CHECKOUTS = 20;
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  private Description() {}

  /** The service that a run is of: what its folder says, or the repository's {@code owner/name}. */
  static @Nullable String service(RunFacts run) {
    String said = Text.cut(run.placement().service(), 256);
    if (said != null) {
      return said;
    }
    return run.checkouts().isEmpty()
        ? null
        : RepositoryUrl.parse(run.checkouts().get(0).repository())
            .map(url -> Text.cut(url.name(), 256))
            .orElse(null);
  }

  static Provenance provenance(
      RunFacts run, @Nullable String stage, List<Provenance.Artifact> artifacts) {
    Provenance.Build build =
        new Provenance.Build(
            SYSTEM,
            Text.required(run.job(), 1000),
            RunFacts.runId(run.job(), run.number()),
            run.controller().url(run.path()),
            Text.cut(stage, 512));
    return new Provenance(vcs(run), build, artifacts);
  }

  private static Provenance.@Nullable Vcs vcs(RunFacts run) {
    if (run.checkouts().isEmpty()) {
      return null;
    }
    Checkout checkout = run.checkouts().get(0);
    RepositoryUrl url = RepositoryUrl.parse(checkout.repository()).orElse(null);
    List<Commit> commits = checkout.commits();
    Commit newest = commits.isEmpty() ? null : commits.get(commits.size() - 1);
    Branch branch = run.branch();
    return new Provenance.Vcs(
        url == null ? null : Text.cut(url.toString(), 1024),
        Text.cut(checkout.revision(), 256),
        Text.cut(
            checkout.branch() != null || branch == null ? checkout.branch() : branch.name(), 512),
        newest == null ? null : Text.cut(newest.author(), 512),
        newest == null ? null : Text.line(newest.message(), 1000),
        branch == null ? null : Text.cut(branch.changeRequest(), 64),
        url == null ? null : url.compare(checkout.base(), checkout.revision()));
  }

  static Links links(RunFacts run, List<EventRef> causedBy) {
    String page = run.controller().url(run.path());
    String traceparent = run.traceparent();
    return new Links(
        traceparent != null && TRACEPARENT.matcher(traceparent).matches() ? traceparent : null,
        null,
        causedBy,
        page == null ? Map.of() : Map.of("run", page));
  }

  /** Adds what has no field of its own. */
  static void describe(RunFacts run, AuditEvent.Builder event) {
    put(event, "jenkins.url", run.controller().url(""));
    if (!run.triggers().isEmpty()) {
      ArrayNode kinds = JSON.arrayNode();
      run.triggers().stream()
          .map(trigger -> trigger.kind().wireName())
          .distinct()
          .forEach(kinds::add);
      event.attribute("jenkins.triggers", kinds);
    }
    if (run.nodes().size() == 1) {
      put(event, "cicd.worker.name", Text.cut(run.nodes().get(0), 256));
    } else if (!run.nodes().isEmpty()) {
      ArrayNode nodes = JSON.arrayNode();
      run.nodes().forEach(node -> nodes.add(Text.required(node, 256)));
      event.attribute("jenkins.nodes", nodes);
    }
    Branch branch = run.branch();
    put(event, "vcs.ref.base.name", branch == null ? null : Text.cut(branch.target(), 256));
    if (!run.parameters().isEmpty()) {
      event.attribute("jenkins.parameters", parameters(run.parameters()));
    }
    checkouts(run.checkouts(), event);
  }

  private static ObjectNode parameters(List<Parameter> parameters) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      if (values.size() == MOST_PARAMETERS) {
        values.put("…", (parameters.size() - MOST_PARAMETERS) + " more");
        break;
      }
      String value = Text.cut(parameter.value(), LONGEST_PARAMETER);
      values.put(
          Text.required(parameter.name(), 256),
          parameter.sensitive() ? RedactedValue.UNKEYED : value == null ? "" : value);
    }
    ObjectNode json = JSON.objectNode();
    values.forEach(json::put);
    return json;
  }

  private static void checkouts(List<Checkout> checkouts, AuditEvent.Builder event) {
    if (checkouts.isEmpty()) {
      return;
    }
    Checkout first = checkouts.get(0);
    put(event, "vcs.ref.base.revision", Text.cut(first.base(), 256));
    ArrayNode commits = JSON.arrayNode();
    first.commits().stream()
        .skip(Math.max(0, first.commits().size() - MOST_COMMITS))
        .forEach(commit -> commits.add(Text.required(commit.revision(), 256)));
    // A part of them would pass for all of them.
    if (!commits.isEmpty() && first.complete()) {
      event.attribute("vcs.commits", commits);
    }
    if (checkouts.size() > 1) {
      ArrayNode others = JSON.arrayNode();
      checkouts.stream().skip(1).limit(MOST_CHECKOUTS).forEach(other -> others.add(json(other)));
      event.attribute("vcs.checkouts", others);
    }
  }

  private static ObjectNode json(Checkout checkout) {
    ObjectNode json = JSON.objectNode();
    RepositoryUrl.parse(checkout.repository())
        .ifPresent(url -> json.put("vcs.repository.url.full", url.toString()));
    String revision = Text.cut(checkout.revision(), 256);
    if (revision != null) {
      json.put("vcs.ref.head.revision", revision);
    }
    String branch = Text.cut(checkout.branch(), 512);
    if (branch != null) {
      json.put("vcs.ref.head.name", branch);
    }
    return json;
  }

  static void put(AuditEvent.Builder event, String name, @Nullable String value) {
    if (value != null) {
      event.attribute(name, TextNode.valueOf(value));
    }
  }
}
