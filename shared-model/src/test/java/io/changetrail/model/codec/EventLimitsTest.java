// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.ArbitraryEvents;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class EventLimitsTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final EventLimits LIMITS = new EventLimits();

  @Property(tries = 100)
  void anEventOfOrdinarySizeIsLeftAsItIs(@ForAll("events") AuditEvent event) {
    assertThat(LIMITS.fit(event)).isEqualTo(event);
  }

  @Provide
  Arbitrary<AuditEvent> events() {
    return ArbitraryEvents.events();
  }

  @Test
  void aLongTextInTheStateIsCutAndTheRestOfTheDiffStays() {
    ObjectNode before = JSON.objectNode().put("replicas", 3).put("script", "x".repeat(200_000));
    ObjectNode after = JSON.objectNode().put("replicas", 5).put("script", "y".repeat(200_000));

    AuditEvent fitted = fitted(deployment(StructuralDiff.between(before, after)));

    StateChange state = fitted.change().state();
    assertThat(state.truncated()).isTrue();
    assertThat(state.after().get("replicas").intValue()).isEqualTo(5);
    assertThat(state.after().get("script").textValue())
        .startsWith("yyyy")
        .endsWith("… (198976 characters cut)")
        .hasSizeLessThan(1100);
    assertThat(markedParts(fitted)).containsExactly("change.state");
  }

  @Test
  void aStateOfVeryManyFieldsGoesAndItsPatchStays() {
    ObjectNode before = wide(30_000);
    ObjectNode after = wide(30_000).put("field7", "changed");

    AuditEvent fitted = fitted(deployment(StructuralDiff.between(before, after)));

    StateChange state = fitted.change().state();
    assertThat(state.truncated()).isTrue();
    assertThat(state.before()).isNull();
    assertThat(state.after()).isNull();
    assertThat(state.patch()).hasSize(1);
    assertThat(fitted.change().summary()).isEqualTo("checkout 1.4.1 → 1.4.2");
  }

  @Test
  void aPatchThatIsItselfTooLargeGoesToo() {
    AuditEvent fitted = fitted(deployment(StructuralDiff.between(null, wide(30_000))));

    assertThat(fitted.change().state())
        .isEqualTo(new StateChange(null, null, null, List.of(), true));
  }

  @Test
  void whatTheWireCarriedBesideTheFieldsGoesBeforeTheAttributes() {
    ObjectNode tree = CODEC.toTree(deployment(StateChange.none()));
    ((ObjectNode) tree.at("/data/customData")).set("vendor", wide(30_000));
    AuditEvent event =
        CODEC.decode(tree).toBuilder().attribute("kept", JSON.textNode("yes")).build();

    AuditEvent fitted = fitted(event);

    assertThat(fitted.unmapped()).isEmpty();
    assertThat(fitted.attributes()).containsEntry("kept", JSON.textNode("yes"));
    assertThat(markedParts(fitted)).containsExactly("unmapped");
  }

  @Test
  void tooLargeAttributesGoEvenIfThereAreAsManyAsAllowed() {
    Map<String, JsonNode> attributes = new LinkedHashMap<>();
    IntStream.range(0, AuditEvent.MAX_ATTRIBUTES)
        .forEach(i -> attributes.put("a" + i, JSON.textNode("x".repeat(2000))));
    AuditEvent event = deployment(StateChange.none()).toBuilder().attributes(attributes).build();

    assertThat(markedParts(fitted(event))).containsExactly("attributes");
  }

  @Test
  void theLargestEventThatTheModelAllowsFits() {
    String wideText = "\u0001".repeat(250) + "x";
    List<Target> targets =
        Collections.nCopies(
            AuditEvent.MAX_TARGETS,
            new Target(
                wideText,
                wideText,
                wideText,
                wideText,
                wideText,
                new Resource(wideText, wideText, wideText)));
    Map<String, String> urls = new LinkedHashMap<>();
    IntStream.range(0, Links.MAX_URLS)
        .forEach(i -> urls.put("url" + i, "https://" + "u".repeat(2000)));
    AuditEvent event =
        deployment(StateChange.none()).toBuilder()
            .targets(targets)
            .links(
                new Links(
                    null,
                    null,
                    Collections.nCopies(
                        Links.MAX_CAUSES, new EventRef("s".repeat(1024), "i".repeat(512))),
                    urls))
            .provenance(
                new Provenance(
                    new Provenance.Vcs(
                        null, null, null, null, "\u0001".repeat(4095) + "x", null, null),
                    null,
                    Collections.nCopies(
                        Provenance.MAX_ARTIFACTS,
                        new Provenance.Artifact("p".repeat(2048), null, null))))
            .build();
    event =
        event.toBuilder()
            .change(event.change().toBuilder().reason("\u0001".repeat(8191) + "x").build())
            .build();

    AuditEvent fitted = fitted(event);

    assertThat(fitted.targets()).hasSizeBetween(1, 999).contains(targets.get(0));
    assertThat(markedParts(fitted)).contains("artifacts", "links", "targets", "text");
    assertThat(fitted.ref()).isEqualTo(event.ref());
    assertThat(fitted.actor()).isEqualTo(event.actor());
  }

  @Test
  void aTreeThatTheDecoderWouldRefuseIsMended() {
    ObjectNode deep = JSON.objectNode();
    ObjectNode level = deep;
    for (int i = 0; i < 200; i++) {
      level = level.putObject("deeper");
    }
    deep.put("half", "\ud800").put("n\udc00", 1).put("x".repeat(3000), 1);
    deep.put("huge", new BigInteger("9".repeat(300))).put("far", new BigDecimal("92e2147483647"));
    AuditEvent event =
        deployment(StructuralDiff.between(null, deep)).toBuilder().attribute("deep", deep).build();

    AuditEvent fitted = fitted(event);

    assertThat(markedParts(fitted)).containsExactly("attributes", "change.state");
    assertThat(fitted.change().state().after().get("half").textValue()).isEqualTo("\ufffd");
    assertThat(fitted.change().state().after().get("far").textValue()).isEqualTo("9.2E+2147483648");
    assertThat(fitted.change().state().after().toString()).contains("… (deeper levels cut)");
  }

  /** Fits, is read back, and is not cut again. */
  private static AuditEvent fitted(AuditEvent event) {
    AuditEvent fitted = LIMITS.fit(event);
    byte[] encoded = CODEC.encode(fitted);
    assertThat(encoded).hasSizeLessThanOrEqualTo(EventLimits.MAX_BYTES);
    assertThat(CODEC.decode(encoded)).isEqualTo(fitted);
    assertThat(LIMITS.fit(fitted)).isEqualTo(fitted);
    return fitted;
  }

  private static List<String> markedParts(AuditEvent event) {
    List<String> parts = new ArrayList<>();
    event.attributes().get(EventLimits.TRUNCATED).forEach(part -> parts.add(part.textValue()));
    return parts;
  }

  private static ObjectNode wide(int fields) {
    ObjectNode wide = JSON.objectNode();
    IntStream.range(0, fields).forEach(i -> wide.put("field" + i, "value" + i));
    return wide;
  }

  private static AuditEvent deployment(StateChange state) {
    return AuditEvent.builder(
            new EventRef("/k8s/prod", "deploy-7"),
            Instant.parse("2026-03-01T02:03:00Z"),
            Actor.user("ada", Actor.Evidence.AUDIT_LOG),
            Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                .outcome(Outcome.SUCCESS)
                .summary("checkout 1.4.1 → 1.4.2")
                .state(state)
                .build())
        .target(Target.service("checkout", "prod"))
        .build();
  }
}
