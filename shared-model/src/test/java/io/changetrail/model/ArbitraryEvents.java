// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.diff.StructuralDiff;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Any event that the model allows, and any JSON. */
public final class ArbitraryEvents {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Instant FROM = Instant.parse("2015-01-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2035-01-01T00:00:00Z");

  private ArbitraryEvents() {}

  /** Every event: own kinds and phases, amendments, all optional parts. */
  public static Arbitrary<AuditEvent> events() {
    Arbitrary<AuditEvent> plain =
        Combinators.combine(refs(), instants(), actors(), changes(), targets())
            .as(
                (ref, time, actor, change, targets) ->
                    AuditEvent.builder(ref, time, actor, change).targets(targets).build());
    Arbitrary<AuditEvent> withProvenance =
        Combinators.combine(
                plain,
                provenances(),
                links(),
                origins().injectNull(0.5),
                actors().injectNull(0.5),
                instants().injectNull(0.5))
            .as(
                (event, provenance, links, origin, principal, observed) ->
                    event.toBuilder()
                        .provenance(provenance)
                        .links(links)
                        .origin(origin)
                        .onBehalfOf(principal)
                        .observedTime(observed)
                        .build());
    return Combinators.combine(withProvenance, attributes(), refs().injectNull(0.9))
        .as(
            (event, attributes, amends) ->
                event.toBuilder()
                    .attributes(attributes)
                    .amends(event.ref().equals(amends) ? null : amends)
                    .build());
  }

  /** Any text without control characters that fits every field. */
  public static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
            Arbitraries.strings()
                .alpha()
                .numeric()
                .withChars("-_./:@ ")
                .ofMinLength(1)
                .ofMaxLength(30),
            Arbitraries.of("é", "日本", "👩‍🚀", "a\"b\\c", "x\ny", "ß/ø~1", "\u2028"))
        .filter(text -> !text.isBlank());
  }

  public static Arbitrary<Instant> instants() {
    return Arbitraries.longs()
        .between(FROM.toEpochMilli(), TO.toEpochMilli())
        .map(Instant::ofEpochMilli);
  }

  public static Arbitrary<EventRef> refs() {
    return Combinators.combine(
            Arbitraries.of("/jenkins/main", "https://github.com/acme/shop", "/k8s/prod-eu1"),
            texts())
        .as(EventRef::new);
  }

  public static Arbitrary<Actor> actors() {
    return Combinators.combine(
            texts(),
            texts().injectNull(0.5),
            Arbitraries.of(Actor.Kind.values()),
            texts().injectNull(0.5),
            Arbitraries.of(Actor.Evidence.values()))
        .as(Actor::new);
  }

  public static Arbitrary<List<Target>> targets() {
    Arbitrary<Resource> resources =
        Combinators.combine(
                Arbitraries.of("Deployment", "ConfigMap", Resource.FEATURE_FLAG, "file"),
                texts(),
                texts().injectNull(0.5))
            .as(Resource::new);
    return Combinators.combine(
            texts().injectNull(0.2),
            Arbitraries.of("prod", "staging", "dev"),
            texts().injectNull(0.7),
            texts().injectNull(0.7),
            texts().injectNull(0.7),
            resources.injectNull(0.5))
        .as(Target::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  public static Arbitrary<ChangeKind> kinds() {
    List<ChangeKind> kinds = new ArrayList<>(ChangeKind.OF_ENVIRONMENTS);
    kinds.addAll(ChangeKind.OF_DELIVERY);
    kinds.add(ChangeKind.of("acme.dns"));
    return Arbitraries.of(kinds);
  }

  public static Arbitrary<Change> changes() {
    Arbitrary<Interval> intervals =
        Combinators.combine(instants(), Arbitraries.longs().between(0, 1_000_000))
            .as((from, millis) -> new Interval(from, from.plusMillis(millis)));
    Arbitrary<String> actions =
        Arbitraries.of("deploy", "rollback", "update", "delete", "drift", "merge", "publish");
    Arbitrary<Change.Builder> basics =
        Combinators.combine(
                kinds(),
                Arbitraries.of(Phase.values()),
                actions,
                Arbitraries.of(Outcome.values()),
                texts().injectNull(0.5),
                texts().injectNull(0.2))
            .as(
                (kind, phase, action, outcome, id, summary) ->
                    Change.of(kind, phase, action)
                        .outcome(phase == Phase.FINISHED ? outcome : null)
                        .id(id)
                        .summary(summary));
    return Combinators.combine(
            basics,
            texts().injectNull(0.5),
            texts().injectNull(0.5),
            states(),
            Arbitraries.doubles().between(0, 100).injectNull(0.5),
            refs().injectNull(0.7),
            intervals.injectNull(0.7),
            Arbitraries.of(true, false))
        .as(
            (change, reason, ticket, state, rollout, rollbackOf, late, backfilled) ->
                change
                    .reason(reason)
                    .ticket(ticket)
                    .state(state)
                    .rollout(rollout)
                    .rollbackOf(rollbackOf)
                    .observedLate(late)
                    .backfilled(backfilled)
                    .build());
  }

  public static Arbitrary<StateChange> states() {
    return Combinators.combine(json().injectNull(0.3), json().injectNull(0.3))
        .as(
            (before, after) ->
                StructuralDiff.between(
                    before == null || before.isNull() ? null : before,
                    after == null || after.isNull() ? null : after));
  }

  public static Arbitrary<Provenance> provenances() {
    Arbitrary<Provenance.Vcs> commits =
        Combinators.combine(
                Arbitraries.of("https://github.com/acme/shop", "acme/shop"),
                texts().injectNull(0.5),
                texts().injectNull(0.5),
                texts().injectNull(0.5),
                texts().injectNull(0.5),
                texts().injectNull(0.5),
                texts().injectNull(0.5))
            .as(Provenance.Vcs::new);
    Arbitrary<Provenance.Build> builds =
        Combinators.combine(
                Arbitraries.of("jenkins", "github-actions"),
                texts().injectNull(0.5),
                texts().injectNull(0.5),
                Arbitraries.of("https://ci.example/job/7").injectNull(0.5),
                texts().injectNull(0.5))
            .as(Provenance.Build::new);
    Arbitrary<Provenance.Artifact> artifacts =
        Combinators.combine(
                Arbitraries.of("pkg:oci/shop@sha256%3Aabc", "pkg:maven/acme/shop@1.2"),
                texts().injectNull(0.5),
                texts().injectNull(0.5))
            .as(Provenance.Artifact::new);
    return Combinators.combine(
            commits.injectNull(0.5), builds.injectNull(0.5), artifacts.list().ofMaxSize(2))
        .as(Provenance::new);
  }

  public static Arbitrary<Links> links() {
    return Combinators.combine(
            Arbitraries.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .injectNull(0.5),
            Arbitraries.of("vendor=1").injectNull(0.5),
            refs().list().ofMaxSize(2),
            Arbitraries.maps(texts(), Arbitraries.of("https://d.example/1", "http://d.example/2"))
                .ofMaxSize(2))
        .as(Links::new);
  }

  public static Arbitrary<Origin> origins() {
    return Combinators.combine(
            texts(),
            texts().injectNull(0.5),
            Arbitraries.of("e1", "e2"),
            Arbitraries.longs().between(0, Long.MAX_VALUE),
            texts().injectNull(0.5),
            Arbitraries.longs().between(0, 1000).injectNull(0.5))
        .as(Origin::new);
  }

  public static Arbitrary<Map<String, JsonNode>> attributes() {
    return Arbitraries.maps(texts(), json()).ofMaxSize(3);
  }

  /** Any JSON value of moderate depth. */
  public static Arbitrary<JsonNode> json() {
    return json(3);
  }

  private static Arbitrary<JsonNode> json(int depth) {
    Arbitrary<JsonNode> scalar =
        Arbitraries.oneOf(
            texts().map(JSON::textNode),
            Arbitraries.of("", "1.4.1", "true", "null").map(JSON::textNode),
            Arbitraries.integers().map(JSON::numberNode),
            Arbitraries.of("0.1", "1.5", "-12.75", "12345678901234567.25")
                .map(number -> JSON.numberNode(new BigDecimal(number))),
            Arbitraries.of(
                JSON.numberNode(9007199254740993L),
                JSON.numberNode(new BigInteger("123456789012345678901234567890"))),
            Arbitraries.of(true, false).map(JSON::booleanNode),
            Arbitraries.just(JSON.nullNode()));
    if (depth == 0) {
      return scalar;
    }
    Arbitrary<JsonNode> deeper = Arbitraries.lazy(() -> json(depth - 1));
    Arbitrary<String> names =
        Arbitraries.oneOf(
            texts(), Arbitraries.of("name", "value", "spec", "a/b", "m~n", "0", "1", "-", ""));
    Arbitrary<JsonNode> objects =
        Arbitraries.maps(names, deeper)
            .ofMaxSize(4)
            .map(
                fields -> {
                  ObjectNode object = JSON.objectNode();
                  object.setAll(fields);
                  return object;
                });
    Arbitrary<JsonNode> arrays =
        deeper
            .list()
            .ofMaxSize(4)
            .map(
                items -> {
                  ArrayNode array = JSON.arrayNode();
                  array.addAll(items);
                  return array;
                });
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(2, scalar),
        net.jqwik.api.Tuple.of(3, objects),
        net.jqwik.api.Tuple.of(2, arrays));
  }
}
