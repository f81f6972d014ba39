// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.ArbitraryEvents;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Origin;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LeafTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The leaf hash of the empty string, as the test vectors of Certificate Transparency have it. */
  @Test
  void aLeafHashIsThatOfRfc6962() {
    assertThat(Leaf.hash(new byte[0]))
        .isEqualTo("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  }

  @Test
  void thePublicPartNamesNobodyAndTheHashIsMadeOverItAlone() throws Exception {
    Leaf leaf = Leaf.of(personal(), new Random(1));

    assertThat(leaf.publicPart().toString())
        .doesNotContain("ada", "Lovelace", "grace", "Hopper", "because", "linus", "fixes");
    byte[] canonical = CanonicalJson.bytes(leaf.publicPart());
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update((byte) 0);
    assertThat(leaf.hash()).isEqualTo(HexFormat.of().formatHex(sha.digest(canonical)));
    assertThat(leaf.personal()).hasSize(7);
  }

  @Test
  void aCommitmentIsTheHashOfSaltAndValue() throws Exception {
    Leaf leaf = Leaf.of(personal(), new Random(1));
    String place = "/data/customData/changetrail/actor/id";

    JsonNode opened = leaf.personal().get(place);
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(HexFormat.of().parseHex(opened.get("salt").textValue()));
    sha.update(opened.get("value").textValue().getBytes(StandardCharsets.UTF_8));

    assertThat(opened.get("value").textValue()).isEqualTo("ada");
    assertThat(leaf.publicPart().at(place).textValue())
        .isEqualTo("sha256-commitment:" + HexFormat.of().formatHex(sha.digest()));
  }

  @Test
  void thePersonsOfTwoEventsCannotBeComparedByTheirCommitments() {
    Random salts = new Random(1);
    String place = "/data/customData/changetrail/actor/id";

    assertThat(Leaf.of(personal(), salts).publicPart().at(place))
        .isNotEqualTo(Leaf.of(personal(), salts).publicPart().at(place));
  }

  @Test
  void erasingPersonalValuesKeepsTheLeafValid() throws Exception {
    Leaf leaf = Leaf.of(personal(), new Random(1));
    ObjectNode kept = (ObjectNode) JSON.readTree(leaf.publicPart().toString());

    AuditEvent erased =
        Leaf.restore(leaf.publicPart().deepCopy(), JsonNodeFactory.instance.objectNode(), true);

    assertThat(erased.actor().id()).isEqualTo(Leaf.ERASED);
    assertThat(erased.onBehalfOf().name()).isEqualTo(Leaf.ERASED);
    assertThat(erased.change().reason()).isEqualTo(Leaf.ERASED);
    assertThat(erased.provenance().vcs().author()).isEqualTo(Leaf.ERASED);
    assertThat(erased.targets()).isEqualTo(personal().targets());
    assertThat(Leaf.hash(kept)).isEqualTo(leaf.hash());
  }

  @Property(tries = 200)
  void theTwoPartsMakeTheEventAgainAndTheHashSurvivesStorage(
      @ForAll("events") AuditEvent event, @ForAll long seed) throws Exception {
    Leaf leaf = Leaf.of(event, new Random(seed));
    ObjectNode stored =
        (ObjectNode)
            JSON.reader()
                .with(
                    com.fasterxml.jackson.databind.DeserializationFeature
                        .USE_BIG_DECIMAL_FOR_FLOATS)
                .readTree(leaf.publicPart().toString());

    assertThat(Leaf.hash(stored)).isEqualTo(leaf.hash());
    if (event.unmapped().isEmpty()) {
      assertThat(Leaf.restore(stored.deepCopy(), leaf.personal(), false)).isEqualTo(event);
    }
    AuditEvent restored = Leaf.restore(stored, leaf.personal(), true);
    assertThat(CanonicalContent.hash(restored)).isEqualTo(CanonicalContent.hash(event));
    assertThat(restored).isEqualTo(event);
  }

  @Property(tries = 200)
  void whoShippedItAndWhenThatOneLookedAreNotContent(@ForAll("events") AuditEvent event) {
    AuditEvent elsewhere =
        event.toBuilder()
            .observedTime(Instant.parse("2026-03-01T02:03:00Z"))
            .origin(new Origin("another", "replica-2", "e9", 77, "e8", 12L))
            .build();

    assertThat(CanonicalContent.hash(elsewhere)).isEqualTo(CanonicalContent.hash(event));
  }

  @Property(tries = 100)
  void E11_anythingElseIsContent(@ForAll("events") AuditEvent event) {
    List<AuditEvent> others =
        List.of(
            event.toBuilder().time(event.time().plusMillis(1)).build(),
            event.toBuilder().actor(Actor.user("somebody-else", Actor.Evidence.DECLARED)).build(),
            event.toBuilder().target(Target.service("another", "prod")).build(),
            event.toBuilder()
                .change(event.change().toBuilder().summary("something else").build())
                .build(),
            event.toBuilder()
                .attribute("another", JsonNodeFactory.instance.textNode("fact"))
                .build());

    assertThat(others)
        .extracting(CanonicalContent::hash)
        .doesNotContain(CanonicalContent.hash(event))
        .doesNotHaveDuplicates();
  }

  @Provide
  Arbitrary<AuditEvent> events() {
    return ArbitraryEvents.events();
  }

  private static AuditEvent personal() {
    return AuditEvent.builder(
            new EventRef("/ci", "7"),
            Instant.parse("2026-03-01T02:03:00Z"),
            new Actor("ada", "Ada Lovelace", Actor.Kind.USER, null, Actor.Evidence.DECLARED),
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update")
                .summary("one key")
                .reason("because ada asked")
                .build())
        .onBehalfOf(
            new Actor("grace", "Grace Hopper", Actor.Kind.USER, null, Actor.Evidence.DECLARED))
        .target(Target.service("checkout", "prod"))
        .provenance(
            new Provenance(
                new Provenance.Vcs(
                    "acme/shop", "abc", "main", "linus", "fixes it for ada", null, null),
                null,
                List.of()))
        .build();
  }
}
