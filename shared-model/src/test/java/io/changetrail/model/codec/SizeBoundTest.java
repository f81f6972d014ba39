// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.ArbitraryEvents;
import io.changetrail.model.AuditEvent;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SizeBoundTest {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  @Property(tries = 300)
  void noEncodingIsLongerThanItsBound(@ForAll("events") AuditEvent event) {
    assertThat(SizeBound.of(event)).isGreaterThanOrEqualTo(CODEC.encode(event).length);
  }

  @Provide
  Arbitrary<AuditEvent> events() {
    return ArbitraryEvents.events();
  }
}
