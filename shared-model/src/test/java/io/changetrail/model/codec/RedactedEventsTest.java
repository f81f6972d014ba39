// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.changetrail.model.Actor;
import io.changetrail.model.ArbitraryEvents;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Origin;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.model.redaction.Canaries;
import io.changetrail.model.redaction.RedactionKey;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class RedactedEventsTest {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final Redactor KEYED =
      new Redactor(RedactionRules.defaults(), new RedactionKey("k1", new byte[32]));
  private static final Redactor UNKEYED = new Redactor(RedactionRules.defaults(), null);

  @Property(tries = 300)
  void X1_noTokenSurvivesAnywhereInAnEventInAnyEncoding(
      @ForAll("events") AuditEvent event,
      @ForAll("tokens") String token,
      @ForAll("redactors") Redactor redactor)
      throws Exception {
    AuditEvent redacted = redactor.redact(planted(event, token));

    assertNowhere(token.substring(token.length() / 2), redacted);
    assertValid(redacted);
    assertThat(UNKEYED.redact(redacted)).as("redacted once more").isEqualTo(redacted);
  }

  @Property(tries = 300)
  void X1_noPasswordSurvivesAnywhereInAnEventInAnyEncoding(
      @ForAll("events") AuditEvent event,
      @ForAll("credentialNames") String name,
      @ForAll("redactors") Redactor redactor)
      throws Exception {
    String password = Canaries.PASSWORD;
    AuditEvent planted = planted(event, name + "=" + password);
    StateChange state = planted.change().state();
    JsonNode before = underName(name, password, state.before());
    JsonNode after = underName(name, password + "-new", state.after());
    StateChange secretState = StructuralDiff.between(before, after);
    planted =
        planted.toBuilder()
            .change(
                planted.change().toBuilder()
                    .state(secretState)
                    .summary(StructuralDiff.summary(secretState))
                    .reason("was " + password)
                    .build())
            .attribute(name, TextNode.valueOf(password))
            .build();

    AuditEvent redacted = redactor.redact(planted);

    assertNowhere(password, redacted);
    assertValid(redacted);
    assertThat(UNKEYED.redact(redacted)).as("redacted once more").isEqualTo(redacted);
  }

  @Property(tries = 300)
  void E2_thePatchOfARedactedEventStillLeadsFromBeforeToAfter(
      @ForAll("events") AuditEvent event,
      @ForAll("tokens") String token,
      @ForAll("credentialNames") String name) {
    StateChange state = event.change().state();
    StateChange planted =
        StructuralDiff.between(
            underName(name, token, withTokens(state.before(), token)),
            underName(name, "other-" + token, withTokens(state.after(), token)));
    AuditEvent whole =
        event.toBuilder().change(event.change().toBuilder().state(planted).build()).build();

    StateChange redacted = KEYED.redact(whole).change().state();

    assertThat(StructuralDiff.apply(redacted.before(), redacted.patch()))
        .isEqualTo(redacted.after());
    assertThat(redacted.patch()).isNotEmpty();
  }

  @Property(tries = 50)
  void X1_equalSecretsHaveEqualHashesUnderOneKeyAndOthersUnderAnother(
      @ForAll("tokens") String secret) {
    Redactor other = new Redactor(RedactionRules.defaults(), new RedactionKey("k2", new byte[32]));
    String first = KEYED.text(secret);

    assertThat(KEYED.text("a=" + secret)).isEqualTo("a=" + first);
    assertThat(KEYED.redact(JSON.createObjectNode().put("password", secret)).tree().get("password"))
        .isEqualTo(TextNode.valueOf(first));
    assertThat(
            StructuralDiff.summary(
                StructuralDiff.between(
                    JSON.createObjectNode().put("token", first),
                    JSON.createObjectNode().put("token", other.text(secret)))))
        .isEqualTo("token not comparable (redacted, other key)");
  }

  @Provide
  Arbitrary<AuditEvent> events() {
    return ArbitraryEvents.events();
  }

  @Provide
  Arbitrary<String> tokens() {
    return Arbitraries.of(Canaries.TOKENS.values());
  }

  @Provide
  Arbitrary<Redactor> redactors() {
    return Arbitraries.of(KEYED, UNKEYED);
  }

  @Provide
  Arbitrary<String> credentialNames() {
    return Arbitraries.of(
        "password",
        "PGPASSWORD",
        "dbPassword",
        "githubToken",
        "AccountKey",
        "client_secret",
        "x-api-key",
        "spring.datasource.password",
        "AWS_SECRET_ACCESS_KEY",
        "privateKey");
  }

  private static void assertNowhere(String secret, AuditEvent event) throws Exception {
    byte[] structured = CODEC.encode(event);
    byte[] batched = CODEC.encodeBatch(List.of(event));
    ObjectNode envelope = CODEC.toTree(event);
    byte[] data = JSON.writeValueAsBytes(envelope.remove("data"));
    String contentType = envelope.remove("datacontenttype").textValue();
    Map<String, String> headers = new LinkedHashMap<>();
    envelope.properties().forEach(field -> headers.put(field.getKey(), field.getValue().asText()));

    for (byte[] bytes : List.of(structured, batched, data)) {
      assertThat(new String(bytes, StandardCharsets.UTF_8)).doesNotContain(secret);
    }
    assertThat(headers.toString()).doesNotContain(secret);
    for (AuditEvent decoded :
        List.of(
            CODEC.decode(structured),
            Objects.requireNonNull(CODEC.decodeBatch(batched).get(0).event()),
            CODEC.decodeBinary(headers, contentType, data))) {
      assertThat(decoded.toString()).doesNotContain(secret);
      assertThat(decoded).isEqualTo(event);
    }
  }

  private static void assertValid(AuditEvent event) {
    JsonNode data = CODEC.toTree(event).get("data");
    assertThat(
            SCHEMAS
                .getSchema(CdEventsFacts.schema(data.at("/context/type").asText()))
                .validate(
                    data,
                    context ->
                        context.executionConfig(config -> config.formatAssertionsEnabled(true))))
        .isEmpty();
  }

  private static @Nullable JsonNode underName(String name, String secret, @Nullable JsonNode tree) {
    ObjectNode root = JSON.createObjectNode().put(name, secret);
    root.putArray("env").addObject().put("name", name).put("value", secret);
    root.putArray("args").add("--" + name).add(secret);
    root.put("line", name + "=" + secret);
    if (tree != null) {
      root.set("rest", tree);
    }
    return root;
  }

  /** The event with the secret at the end of every text, and of every name in its trees. */
  private static AuditEvent planted(AuditEvent event, String secret) {
    Change change = event.change();
    StateChange state = change.state();
    Links links = event.links();
    Map<String, String> urls = new LinkedHashMap<>();
    links.urls().forEach((label, url) -> urls.put(with(label, secret, 128), url + "?" + secret));
    Map<String, JsonNode> attributes = new LinkedHashMap<>();
    event
        .attributes()
        .forEach(
            (name, value) -> attributes.put(with(name, secret, 256), withTokens(value, secret)));
    attributes.put("planted", TextNode.valueOf(secret));
    Provenance.Vcs vcs = event.provenance().vcs();
    Provenance.Build build = event.provenance().build();
    Origin origin = event.origin();
    ObjectNode unmapped = JSON.createObjectNode();
    unmapped.put("/data/customData/tool", secret);
    unmapped.set("/data/customData/changetrail/newer", JSON.createObjectNode().put(secret, secret));
    return event.toBuilder()
        .ref(with(event.ref(), secret))
        .actor(with(event.actor(), secret))
        .onBehalfOf(event.onBehalfOf() == null ? null : with(event.onBehalfOf(), secret))
        .targets(event.targets().stream().map(target -> with(target, secret)).toList())
        .change(
            change.toBuilder()
                .action(with(change.action(), secret, 64))
                .id(with(change.id(), secret, 512))
                .summary(with(change.summary(), secret, 2048))
                .reason(with(change.reason(), secret, 8192))
                .ticket(with(change.ticket(), secret, 1024))
                .rollbackOf(change.rollbackOf() == null ? null : with(change.rollbackOf(), secret))
                .state(
                    new StateChange(
                        withTokens(state.before(), secret),
                        withTokens(state.after(), secret),
                        state.patch() == null
                            ? null
                            : StructuralDiff.patch(
                                withTokens(state.before(), secret),
                                withTokens(state.after(), secret)),
                        List.of("/a/" + secret),
                        true))
                .build())
        .provenance(
            new Provenance(
                vcs == null
                    ? null
                    : new Provenance.Vcs(
                        with(vcs.repository(), secret, 1024),
                        with(vcs.revision(), secret, 256),
                        with(vcs.ref(), secret, 512),
                        with(vcs.author(), secret, 512),
                        with(vcs.message(), secret, 4096),
                        with(vcs.pullRequest(), secret, 64),
                        with(vcs.compareUrl(), secret, 2048)),
                build == null
                    ? null
                    : new Provenance.Build(
                        with(build.system(), secret, 128),
                        with(build.pipeline(), secret, 1024),
                        with(build.runId(), secret, 512),
                        build.url() == null ? null : build.url() + "?" + secret,
                        with(build.stage(), secret, 512)),
                event.provenance().artifacts().stream()
                    .map(
                        artifact ->
                            new Provenance.Artifact(
                                artifact.purl() == null ? null : artifact.purl() + "?" + secret,
                                with(artifact.digest(), secret, 256),
                                with(artifact.version(), secret, 256)))
                    .toList()))
        .links(
            new Links(
                links.traceparent(),
                with(links.tracestate(), secret, 512),
                links.causedBy().stream().map(cause -> with(cause, secret)).toList(),
                urls))
        .origin(
            origin == null
                ? null
                : new Origin(
                    with(origin.installation(), secret, 256),
                    with(origin.replica(), secret, 256),
                    with(origin.epoch(), secret, 64),
                    origin.number(),
                    with(origin.previousEpoch(), secret, 64),
                    origin.previousLast()))
        .amends(event.amends() == null ? null : with(event.amends(), secret + "-2"))
        .attributes(attributes)
        .unmapped(unmapped)
        .build();
  }

  private static EventRef with(EventRef ref, String secret) {
    return new EventRef(ref.source() + "/" + secret, ref.id() + "/" + secret);
  }

  private static Actor with(Actor actor, String secret) {
    return new Actor(
        with(actor.id(), secret, 512),
        with(actor.name(), secret, 512),
        actor.kind(),
        with(actor.via(), secret, 512),
        actor.evidence());
  }

  private static Target with(Target target, String secret) {
    Resource resource = target.resource();
    return new Target(
        with(target.service(), secret, 256),
        with(target.environment(), secret, 256),
        with(target.region(), secret, 256),
        with(target.cluster(), secret, 256),
        with(target.namespace(), secret, 256),
        resource == null
            ? null
            : new Resource(
                with(resource.kind(), secret, 256),
                with(resource.name(), secret, 1024),
                with(resource.uid(), secret, 256)));
  }

  private static @Nullable String with(@Nullable String text, String secret, int bound) {
    if (text == null) {
      return null;
    }
    String both = text + "/" + secret;
    return both.length() <= bound ? both : secret.length() <= bound ? secret : text;
  }

  private static @Nullable JsonNode withTokens(@Nullable JsonNode node, String secret) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(
              field ->
                  copy.set(field.getKey() + "/" + secret, withTokens(field.getValue(), secret)));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      array.forEach(item -> copy.add(withTokens(item, secret)));
      return copy;
    }
    return node != null && node.isTextual()
        ? TextNode.valueOf(node.textValue() + "/" + secret)
        : node;
  }
}
