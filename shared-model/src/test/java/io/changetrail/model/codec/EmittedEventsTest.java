// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.changetrail.model.Actor;
import io.changetrail.model.ArbitraryEvents;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.provider.EventFormatProvider;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EmittedEventsTest {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final Map<String, Schema> BY_TYPE = new HashMap<>();
  private static final Instant NOW = Instant.parse("2026-03-01T02:03:00Z");
  private static final String PURL = "pkg:oci/checkout@sha256%3A0b31b1c02ff458ad9b7b81cbdf8f028b";

  @Property(tries = 400)
  void E9_everyEventThatWeEmitIsValidByTheSchemasOfCdEvents(@ForAll("events") AuditEvent event)
      throws Exception {
    JsonNode envelope = JSON.readTree(CODEC.encode(event));

    assertThat(complaints(envelope.get("data"))).isEmpty();
    assertThat(envelope.get("id")).isEqualTo(envelope.at("/data/context/id"));
    assertThat(envelope.get("source")).isEqualTo(envelope.at("/data/context/source"));
    assertThat(envelope.get("type")).isEqualTo(envelope.at("/data/context/type"));
    assertThat(envelope.get("time")).isEqualTo(envelope.at("/data/context/timestamp"));
    assertThat(envelope.get("subject")).isEqualTo(envelope.at("/data/subject/id"));
  }

  @Property(tries = 100)
  void E9_theCloudEventsSdkReadsWhatWeWrite(@ForAll("events") AuditEvent event) {
    CloudEvent read =
        EventFormatProvider.getInstance()
            .resolveFormat(CloudEventsCodec.MEDIA_TYPE)
            .deserialize(CODEC.encode(event));

    assertThat(read.getId()).isEqualTo(event.ref().id());
    assertThat(read.getSource().toString()).isEqualTo(event.ref().source());
    assertThat(read.getTime().toInstant()).isEqualTo(event.time());
    assertThat(read.getType()).isEqualTo(CdEventTypes.typeOf(event));
  }

  @Property(tries = 300)
  void E9_aRoundTripLosesNothingInAnyMode(@ForAll("events") AuditEvent event) throws Exception {
    assertThat(CODEC.decode(CODEC.encode(event))).isEqualTo(event);

    List<Decoded> batch = CODEC.decodeBatch(CODEC.encodeBatch(List.of(event, event)));
    assertThat(batch).extracting(Decoded::event).containsExactly(event, event);

    ObjectNode envelope = CODEC.toTree(event);
    byte[] data = JSON.writeValueAsBytes(envelope.remove("data"));
    String contentType = envelope.remove("datacontenttype").textValue();
    Map<String, String> headers = new LinkedHashMap<>();
    envelope.properties().forEach(field -> headers.put(field.getKey(), field.getValue().asText()));
    assertThat(CODEC.decodeBinary(headers, contentType, data)).isEqualTo(event);
  }

  @Property(tries = 200)
  void E10_whatANewerProducerAddsSurvivesARoundTrip(
      @ForAll("events") AuditEvent event, @ForAll("json") JsonNode extra) throws Exception {
    ObjectNode newer = CODEC.toTree(event);
    newer.put("newerextension", "kept");
    ObjectNode custom = (ObjectNode) newer.at("/data/customData");
    custom.set("anotherTool", extra);
    ObjectNode ours = (ObjectNode) custom.get("changetrail");
    ours.set("newerPart", extra);
    ((ObjectNode) ours.get("change")).set("newerField", extra);
    ((ObjectNode) ours.get("actor")).set("newer/~field", extra);
    ours.path("targets").forEach(target -> ((ObjectNode) target).set("newerField", extra));
    ((ObjectNode) newer.at("/data/context")).put("chainId", "chain-1");

    AuditEvent read = CODEC.decode(JSON.writeValueAsBytes(newer));

    assertThat(CanonicalContent.hash(CODEC.toTree(read))).isEqualTo(CanonicalContent.hash(newer));
    assertThat(read.toBuilder().unmapped(JSON.createObjectNode()).build()).isEqualTo(event);
  }

  @Test
  void oneMomentWrittenInTwoWaysIsOneContent() {
    ObjectNode tree = CODEC.toTree(event(ChangeKind.CONFIG, Phase.OCCURRED, "update", null));
    tree.put("time", "2026-03-01T03:03:00.000+01:00");
    ((ObjectNode) tree.at("/data/context")).put("timestamp", "2026-03-01T03:03:00+01:00");

    AuditEvent read = CODEC.decode(tree);

    assertThat(read).isEqualTo(event(ChangeKind.CONFIG, Phase.OCCURRED, "update", null));
  }

  /** Each row of the table: kind, phase, action, outcome, and what comes out. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          deployment,     planned,    deploy,         -,       dev.cdeventsx.changetrail-deployment.started.0.1.0
          deployment,     started,    deploy,         -,       dev.cdeventsx.changetrail-deployment.started.0.1.0
          deployment,     progressed, deploy,         -,       dev.cdeventsx.changetrail-deployment.progressed.0.1.0
          deployment,     finished,   deploy,         success, dev.cdevents.service.deployed.0.3.0
          deployment,     finished,   update,         success, dev.cdevents.service.upgraded.0.3.0
          deployment,     finished,   upgrade,        success, dev.cdevents.service.upgraded.0.3.0
          deployment,     finished,   rollback,       success, dev.cdevents.service.rolledback.0.3.0
          deployment,     finished,   delete,         success, dev.cdevents.service.removed.0.3.0
          deployment,     finished,   remove,         success, dev.cdevents.service.removed.0.3.0
          deployment,     finished,   undeploy,       success, dev.cdevents.service.removed.0.3.0
          deployment,     finished,   deploy,         failure, dev.cdeventsx.changetrail-deployment.finished.0.1.0
          deployment,     finished,   deploy,         aborted, dev.cdeventsx.changetrail-deployment.finished.0.1.0
          deployment,     finished,   deploy,         denied,  dev.cdeventsx.changetrail-deployment.finished.0.1.0
          deployment,     finished,   deploy,         unknown, dev.cdeventsx.changetrail-deployment.finished.0.1.0
          deployment,     finished,   rollback,       failure, dev.cdeventsx.changetrail-deployment.finished.0.1.0
          deployment,     occurred,   deploy,         -,       dev.cdevents.service.deployed.0.3.0
          deployment,     occurred,   deploy,         failure, dev.cdeventsx.changetrail-deployment.finished.0.1.0
          config,         occurred,   update,         -,       dev.cdeventsx.changetrail-config.changed.0.1.0
          config,         occurred,   drift,          -,       dev.cdeventsx.changetrail-config.drifted.0.1.0
          config,         occurred,   drift_resolved, -,       dev.cdeventsx.changetrail-config.driftresolved.0.1.0
          feature_flag,   occurred,   enable,         -,       dev.cdeventsx.changetrail-featureflag.changed.0.1.0
          code,           occurred,   merge,          -,       dev.cdevents.change.merged.0.3.0
          code,           occurred,   push,           -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          build,          planned,    run,            -,       dev.cdevents.pipelinerun.queued.0.3.0
          build,          started,    run,            -,       dev.cdevents.pipelinerun.started.0.3.0
          build,          progressed, run,            -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          build,          finished,   run,            success, dev.cdevents.pipelinerun.finished.0.3.0
          build,          finished,   run,            failure, dev.cdevents.pipelinerun.finished.0.3.0
          build,          finished,   run,            aborted, dev.cdevents.pipelinerun.finished.0.3.0
          build,          finished,   run,            unknown, dev.cdevents.pipelinerun.finished.0.3.0
          artifact,       occurred,   publish,        -,       dev.cdevents.artifact.published.0.3.0
          artifact,       occurred,   sign,           -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          incident,       started,    detect,         -,       dev.cdevents.incident.detected.0.3.0
          incident,       progressed, report,         -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          incident,       finished,   resolve,        success, dev.cdevents.incident.resolved.0.3.0
          infrastructure, occurred,   update,         -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          schema,         occurred,   migrate,        -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          secret_rotation, occurred,  rotate,         -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          permission,     occurred,   grant,          -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          scale,          occurred,   scale,          -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          operation,      occurred,   restart,        -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          manual,         occurred,   run,            -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          activity,       occurred,   test,           -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          acme.dns,       occurred,   update,         -,       dev.cdeventsx.changetrail-operation.performed.0.1.0
          """)
  void theTypeFollowsFromKindPhaseActionAndOutcome(
      String kind, String phase, String action, String outcome, String type) throws Exception {
    AuditEvent event =
        event(
            ChangeKind.of(kind),
            Phase.valueOf(phase.toUpperCase(java.util.Locale.ROOT)),
            action,
            outcome == null ? null : Outcome.valueOf(outcome.toUpperCase(java.util.Locale.ROOT)));

    assertThat(CdEventTypes.typeOf(event)).isEqualTo(type);
    assertThat(complaints(JSON.readTree(CODEC.encode(event)).get("data"))).isEmpty();
    assertThat(CODEC.decode(CODEC.encode(event))).isEqualTo(event);
  }

  @Test
  void aDeploymentSaysItHappenedOnlyWithOneServiceOneEnvironmentAndOneArtifact() {
    String custom = "dev.cdeventsx.changetrail-deployment.finished.0.1.0";
    AuditEvent whole = event(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy", Outcome.SUCCESS);
    AuditEvent two = whole.toBuilder().target(Target.service("cart", "prod")).build();
    AuditEvent noService =
        whole.toBuilder()
            .targets(List.of(new Target(null, "prod", null, null, null, null)))
            .build();
    AuditEvent noArtifact = whole.toBuilder().provenance(Provenance.none()).build();

    assertThat(List.of(two, noService, noArtifact))
        .extracting(CdEventTypes::typeOf)
        .containsOnly(custom);
  }

  @Test
  void aChangeOfAWholeEnvironmentIsOne() {
    AuditEvent event =
        event(ChangeKind.INFRASTRUCTURE, Phase.OCCURRED, "update", null).toBuilder()
            .targets(List.of(new Target(null, "prod", null, null, null, null)))
            .build();

    assertThat(CdEventTypes.typeOf(event)).isEqualTo("dev.cdevents.environment.modified.0.3.0");
  }

  static List<String> types() {
    return CdEventsFacts.types();
  }

  @ParameterizedTest
  @MethodSource("types")
  void theSchemasAcceptTheSpecificationsSamplesAndRefuseMangledOnes(String type) {
    JsonNode sample = CdEventsFacts.sample(type, "0.5.1").get("data");
    assertThat(complaints(sample)).isEmpty();

    ObjectNode unknownField = sample.deepCopy();
    ((ObjectNode) unknownField.at("/subject/content")).put("notInTheSchema", 1);
    assertThat(complaints(unknownField)).isNotEmpty();

    ObjectNode badTime = sample.deepCopy();
    ((ObjectNode) badTime.get("context")).put("timestamp", "yesterday");
    assertThat(complaints(badTime)).isNotEmpty();

    ObjectNode noSubject = sample.deepCopy();
    noSubject.remove("subject");
    assertThat(complaints(noSubject)).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "dev.cdeventsx.changetrail-config.changed.0.1.0, true",
    "dev.cdeventsx.changetrail-config.changed, false",
    "dev.cdeventsx.config.changed.0.1.0, false"
  })
  void theSchemaOfCustomTypesKnowsTheirForm(String type, boolean valid) {
    ObjectNode data =
        (ObjectNode)
            CODEC.toTree(event(ChangeKind.CONFIG, Phase.OCCURRED, "update", null)).get("data");
    ((ObjectNode) data.get("context")).put("type", type);

    assertThat(complaints(data).isEmpty()).isEqualTo(valid);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /                                 | specversion | "0.3"        | specversion
          /                                 | id          | ""           | id
          /                                 | source      | 7            | source
          /                                 | type        | "acme.thing" | type
          /                                 | type        | "dev.cdevents.service.exploded.0.1.0" | type
          /                                 | time        | "yesterday"  | time
          /                                 | traceparent | "00-xyz"     | traceparent
          /                                 | data        | []           | data
          /data/context                     | id          | "other"      | data.context.id
          /data/context                     | specversion | "9.0"        | data.context.specversion
          /data/context                     | timestamp   | "2020-01-01T00:00:00Z" | data.context.timestamp
          /data                             | subject     | null         | data.subject
          /data/customData/changetrail      | actor       | null         | data.customData.changetrail.actor
          /data/customData/changetrail/actor | id         | " "          | data.customData.changetrail.actor.id
          /data/customData/changetrail/actor | kind       | "robot"      | data.customData.changetrail.actor.kind
          /data/customData/changetrail/actor | evidence   | null         | data.customData.changetrail.actor.evidence
          /data/customData/changetrail      | targets     | []           | data.customData.changetrail.targets
          /data/customData/changetrail/targets/0 | deployment.environment.name | null | data.customData.changetrail.targets[0].deployment.environment.name
          /data/customData/changetrail      | change      | null         | data.customData.changetrail.change
          /data/customData/changetrail/change | kind      | "banana"     | data.customData.changetrail.change.kind
          /data/customData/changetrail/change | phase     | null         | data.customData.changetrail.change.phase
          /data/customData/changetrail/change | action    | null         | data.customData.changetrail.change.action
          /data/customData/changetrail/change | outcome   | "meh"        | data.customData.changetrail.change.outcome
          /data/customData/changetrail/change | phase     | "finished"   | data.customData.changetrail.change.outcome
          /data/customData/changetrail/change | rollout   | 101          | data.customData.changetrail.change.rollout
          /data/customData/changetrail/change | patch     | {}           | data.customData.changetrail.change.patch
          """)
  void E1_whatIsMissingOrWrongIsRefusedByTheFieldsName(
      String parent, String field, String value, String named) throws Exception {
    ObjectNode tree = CODEC.toTree(event(ChangeKind.CONFIG, Phase.OCCURRED, "update", null));
    JsonNode container = parent.equals("/") ? tree : tree.at(parent);
    ((ObjectNode) container).set(field, JSON.readTree(value));
    byte[] bytes = JSON.writeValueAsBytes(tree);

    assertThatThrownBy(() -> CODEC.decode(bytes))
        .isInstanceOfSatisfying(
            InvalidEventException.class,
            e -> {
              assertThat(e.field()).isEqualTo(named);
              assertThat(e.detail()).isNotBlank();
            });
  }

  @Test
  void E4_oneEventNamesManyTargets() {
    AuditEvent release =
        event(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy", Outcome.SUCCESS).toBuilder()
            .targets(
                List.of(
                    Target.service("checkout", "prod"),
                    Target.service("cart", "prod"),
                    Target.service("cart", "staging")))
            .build();

    assertThat(CODEC.decode(CODEC.encode(release)).targets()).isEqualTo(release.targets());
  }

  @Test
  void E5_aCustomKindSurvivesAndAnUnknownPlainOneIsRefusedWithTheRemedy() {
    AuditEvent dns = event(ChangeKind.of("acme.dns"), Phase.OCCURRED, "update", null);

    assertThat(CODEC.decode(CODEC.encode(dns)).change().kind().isCustom()).isTrue();
    assertThatThrownBy(() -> ChangeKind.of("dns"))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("change.kind")
        .hasMessageContaining("acme.dns");
  }

  private static List<Error> complaints(JsonNode data) {
    Schema schema =
        BY_TYPE.computeIfAbsent(
            data.at("/context/type").asText(),
            type -> SCHEMAS.getSchema(CdEventsFacts.schema(type)));
    return schema.validate(
        data, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
  }

  private static AuditEvent event(ChangeKind kind, Phase phase, String action, Outcome outcome) {
    Target target = Target.service("checkout", "prod");
    return AuditEvent.builder(
            new EventRef("/ci", "7"),
            NOW,
            Actor.user("ada", Actor.Evidence.DECLARED),
            Change.of(kind, phase, action).outcome(outcome).build())
        .target(
            kind.equals(ChangeKind.FEATURE_FLAG)
                ? target.withResource(new Resource(Resource.FEATURE_FLAG, "new-cart", null))
                : target)
        .provenance(
            new Provenance(
                new Provenance.Vcs("acme/checkout", "abc", "main", null, null, "17", null),
                new Provenance.Build("jenkins", "checkout", "7", "https://ci.example/7", null),
                List.of(new Provenance.Artifact(PURL, null, null))))
        .build();
  }

  @Provide
  Arbitrary<AuditEvent> events() {
    return ArbitraryEvents.events();
  }

  @Provide
  Arbitrary<JsonNode> json() {
    return ArbitraryEvents.json().filter(tree -> !tree.isNull());
  }
}
