// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {
  private static final EventRef BUILD = new EventRef("https://ci.example.com/größe", "shop#17");

  /** Ids are in stores, links and logs: the function must never change. */
  @Test
  void E11_theIdOfATenantSourceAndIdIsTheSameForEver() {
    // printf '\x00\x04acme\x00\x1ehttps://ci.example.com/größe\x00\x07shop#17' | sha256sum
    assertThat(EventId.of("acme", BUILD)).hasToString("2ed7c20d073dc34bb642b3460faae263");
    // … followed by \x00\x40 and 64 times the digit a
    assertThat(EventId.ofConflict("acme", BUILD, "a".repeat(64)))
        .hasToString("16e158df0e9360fbca40b94ac3d84c82");
  }

  @Property(tries = 200)
  void E11_whereOnePartEndsAndTheNextBeginsMatters(
      @ForAll @AlphaChars @StringLength(min = 3, max = 12) @NotBlank String text) {
    EventId whole = EventId.of(text, new EventRef(text, text));
    assertThat(whole)
        .isNotEqualTo(EventId.of(text.substring(1), new EventRef(text.charAt(0) + text, text)))
        .isNotEqualTo(EventId.of(text, new EventRef(text + text.charAt(0), text.substring(1))))
        .isNotEqualTo(EventId.of(text + "x", new EventRef(text, text)))
        .isEqualTo(EventId.of(text, new EventRef(text, text)));
  }

  @Test
  void itsTextAndItsBytesAreTheSameId() {
    EventId id = EventId.of("acme", BUILD);
    assertThat(EventId.of(id.bytes())).isEqualTo(id);
    assertThat(id.bytes()).hasSize(16);
    assertThat(EventId.parse(id.text())).contains(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0123",
        "0123456789abcdef0123456789abcdeg",
        "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcdef00",
        "../../../../etc/passwd0000000000"
      })
  void whatSomebodyMakesUpIsNoId(String text) {
    assertThat(EventId.parse(text)).isEmpty();
    assertThatThrownBy(() -> new EventId(text)).hasMessageContaining("32 lower-case hex digits");
  }
}
