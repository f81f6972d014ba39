// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The values are those that the project's own libraries are tested with. */
class StandardWebhooksTest {
  private static final byte[] SECRET =
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".getBytes(StandardCharsets.UTF_8);
  private static final Instant SENT = Instant.ofEpochSecond(1_614_265_330L);
  private static final String GOOD = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  @Test
  void theSignatureOfTheSpecificationsLibrariesIsGood() {
    assertThat(authentic(Map.of(), SENT)).isTrue();
  }

  @Test
  void anyOfSeveralSignaturesWillDo() {
    assertThat(authentic(Map.of("webhook-signature", "v1a,AAAA v1,AAAA " + GOOD), SENT)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "webhook-id, msg_other",
    "webhook-id, ''",
    "webhook-timestamp, 1614265331",
    "webhook-timestamp, soon",
    "webhook-timestamp, 9223372036854775807",
    "webhook-signature, ''",
    "webhook-signature, 'v1,'",
    "webhook-signature, g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "webhook-signature, 'v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='"
  })
  void whateverElseWasSignedIsNot(String header, String value) {
    assertThat(authentic(Map.of(header, value), SENT)).isFalse();
  }

  @Test
  void aDeliveryOfLongAgoOrFarAheadIsAReplay() {
    Duration tooFar = StandardWebhooks.TOLERANCE.plusSeconds(1);
    assertThat(authentic(Map.of(), SENT.plus(StandardWebhooks.TOLERANCE))).isTrue();
    assertThat(authentic(Map.of(), SENT.plus(tooFar))).isFalse();
    assertThat(authentic(Map.of(), SENT.minus(tooFar))).isFalse();
  }

  private static boolean authentic(Map<String, String> altered, Instant now) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek");
    headers.put("webhook-timestamp", "1614265330");
    headers.put("webhook-signature", GOOD);
    headers.putAll(altered);
    byte[] body = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    return StandardWebhooks.isAuthentic(new Delivery("any", headers, body), SECRET, now);
  }
}
