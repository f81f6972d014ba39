// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CdEventTypes;
import io.changetrail.model.codec.CloudEventsCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ArtifactEventsTest {
  private static final String DIGEST =
      "sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";

  @Test
  void E3_whatIsPublishedJoinsItsCommitWithItsDigest() {
    AuditEvent event =
        ArtifactEvents.declared(
            Runs.run(), Runs.STARTED, "Push", "ghcr.io/acme/checkout:1.4.2@" + DIGEST, null);

    assertThat(CdEventTypes.typeOf(event)).isEqualTo("dev.cdevents.artifact.published.0.3.0");
    assertThat(event.provenance().artifacts())
        .singleElement()
        .satisfies(
            artifact -> {
              assertThat(artifact.digest()).isEqualTo(DIGEST);
              assertThat(artifact.version()).isEqualTo("1.4.2");
            });
    assertThat(event.provenance().commit().orElseThrow().revision()).isEqualTo(Runs.REVISION);
    assertThat(event.provenance().run().orElseThrow().stage()).isEqualTo("Push");
    assertThat(event.links().causedBy()).containsExactly(RunEvents.started(Runs.run()).ref());
    assertThat(ArtifactEvents.hasDigest("ghcr.io/acme/checkout:1.4.2@" + DIGEST)).isTrue();
    assertThat(ArtifactEvents.hasDigest("ghcr.io/acme/checkout:1.4.2")).isFalse();
  }

  @Test
  void E3_eachFileWithAFingerprintIsAnArtifactOfItsOwn() {
    List<AuditEvent> events =
        ArtifactEvents.fingerprinted(
            Runs.run(),
            Runs.STARTED,
            Map.of(
                "target/checkout 1.4.2.war", "0cc175b9c0f1b6a831c399e269772661",
                "dist/app.js", "92eb5ffee6ae2fec3ad71c777531578f",
                "broken", "not a hash"));
    assertThat(events)
        .allSatisfy(
            event ->
                assertThat(CdEventTypes.typeOf(event))
                    .isEqualTo("dev.cdevents.artifact.published.0.3.0"))
        .extracting(event -> event.provenance().artifacts().get(0).purl())
        .containsExactly(
            "pkg:generic/app.js?checksum=md5:92eb5ffee6ae2fec3ad71c777531578f",
            "pkg:generic/checkout%201.4.2.war?checksum=md5:0cc175b9c0f1b6a831c399e269772661");
    assertThat(events).extracting(AuditEvent::ref).doesNotHaveDuplicates();
  }

  @Test
  void thousandsOfFilesAreNotThousandsOfEvents() {
    Map<String, String> files = new HashMap<>();
    for (int i = 0; i < 5000; i++) {
      files.put("lib/" + i + ".jar", "%032x".formatted(i));
    }
    assertThat(ArtifactEvents.fingerprinted(Runs.run(), Runs.STARTED, files)).hasSize(100);
  }

  @Test
  void whatIsMissingIsSaidToWhoeverWroteTheStep() {
    assertThatThrownBy(() -> ArtifactEvents.declared(Runs.run(), Runs.STARTED, null, " ", "1.4.2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("artifact is required: name what is published");
  }

  @Property(tries = 200)
  void anyNameMakesAnEventThatCanBeReadBack(@ForAll String name) {
    CloudEventsCodec codec = new CloudEventsCodec();
    for (AuditEvent event :
        ArtifactEvents.fingerprinted(
            Runs.run(), Runs.STARTED, Map.of(name, "0cc175b9c0f1b6a831c399e269772661"))) {
      assertThat(codec.decode(codec.encode(event)).ref()).isEqualTo(event.ref());
    }
  }
}
