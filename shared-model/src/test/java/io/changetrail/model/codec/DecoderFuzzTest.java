// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.ArbitraryEvents;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever arrives is read, or refused by the name of the field; nothing else is ever thrown. */
class DecoderFuzzTest {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> ODD_VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "1e308",
          "1e99999999",
          "1e-2147483647",
          "1.0",
          "0e5",
          "92e2147483647",
          "92e3372036854775807",
          "9".repeat(99),
          "0.1",
          "\"\"",
          "\" \"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"+999999999-12-31T23:59:59Z\"",
          "\"" + "x".repeat(5000) + "\"",
          "[]",
          "{}",
          "[[[]]]",
          "[null]",
          "[{}]",
          "{\"\":null}",
          "[1,\"a\",{}]");

  @Property(tries = 2000)
  void mangledBytesAreReadOrRefused(@ForAll("events") AuditEvent event, @ForAll long seed) {
    byte[] bytes = CODEC.encode(event);
    Random random = new Random(seed);
    for (int i = random.nextInt(8); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      bytes =
          switch (random.nextInt(4)) {
            case 0 -> flipped(bytes, at, (byte) random.nextInt(256));
            case 1 -> java.util.Arrays.copyOf(bytes, at + 1);
            case 2 -> spliced(bytes, at, at);
            default -> spliced(bytes, at, random.nextInt(bytes.length));
          };
    }
    readOrRefused(bytes);
  }

  @Property(tries = 2000)
  void anyFieldMayHaveAnyValue(@ForAll("events") AuditEvent event, @ForAll long seed)
      throws Exception {
    Random random = new Random(seed);
    ObjectNode tree = CODEC.toTree(event);
    List<ObjectNode> objects = new ArrayList<>();
    collect(tree, objects);
    ObjectNode victim = objects.get(random.nextInt(objects.size()));
    List<String> names = victim.properties().stream().map(Map.Entry::getKey).toList();
    if (names.isEmpty()) {
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    String odd = ODD_VALUES.get(random.nextInt(ODD_VALUES.size()));
    // By text, because Jackson's trees cannot hold all of these.
    victim.put(name, "@@odd@@");
    String text = JSON.writeValueAsString(tree).replace("\"@@odd@@\"", odd);

    readOrRefused(text.getBytes(StandardCharsets.UTF_8));
  }

  static List<String> hostile() {
    return List.of(
        "",
        " ",
        "\u0000",
        "nul",
        "null",
        "7",
        "\"text\"",
        "[",
        "{",
        "{}{}",
        "[]",
        "{\"specversion\":\"1.0\",\"specversion\":\"1.0\"}",
        "{\"id\":" + "9".repeat(200_000) + "}",
        "{\"id\":1e999999999}",
        "{\"id\":92e2147483647}",
        "{\"id\":92e3372036854775807}",
        "{\"id\":-1e-3372036854775807}",
        "{\"id\":\"" + "x".repeat(2_000_000) + "\"}",
        "{\"" + "n".repeat(100_000) + "\":1}",
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        "[".repeat(1000) + "]".repeat(1000),
        "\ufeff{}",
        "{\"id\":NaN}",
        "{'id':1}",
        "{\"id\":\"\\ud800\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"dev.cdevents\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"dev.cdevents....\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"dev.cdeventsx.\",\"data\":{}}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"data_base64\":7}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"data_base64\":\"%%%\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"data_base64\":\"W1tb\"}");
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostileTextIsRefusedAtOnceWithAFieldsName(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

    InvalidEventException refused =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () -> Assertions.assertThrows(InvalidEventException.class, () -> CODEC.decode(bytes)));

    assertThat(refused.field()).isNotBlank();
    assertThat(refused.detail()).hasSizeLessThan(1000);
  }

  @ParameterizedTest
  @CsvSource({
    "1.0, 1",
    "100.0, 100",
    "1e2, 100",
    "-25e-1, -2.5",
    "-0.0, 0",
    "0e99, 0",
    "5000000000.00, 5000000000",
    "123456789012345678.0, 123456789012345678",
    "1e40, 10e39"
  })
  void aNumberIsTheSameHoweverItIsWrittenAndIsReadAgainAsTheSame(String one, String other) {
    JsonNode read = StrictJson.read(one.getBytes(StandardCharsets.UTF_8));

    assertThat(read).isEqualTo(StrictJson.read(other.getBytes(StandardCharsets.UTF_8)));
    assertThat(StrictJson.read(read.toString().getBytes(StandardCharsets.UTF_8))).isEqualTo(read);
  }

  @Property(tries = 500)
  void noiseIsRefused(@ForAll byte[] noise) {
    readOrRefused(noise);
  }

  private static void readOrRefused(byte[] bytes) {
    @Nullable AuditEvent read = null;
    try {
      read = CODEC.decode(bytes);
    } catch (InvalidEventException e) {
      assertThat(e.field()).isNotBlank();
    }
    if (read != null) {
      assertThat(CODEC.decode(CODEC.encode(read))).isEqualTo(read);
    }
    try {
      CODEC.decodeBatch(bytes);
    } catch (InvalidEventException e) {
      assertThat(e.field()).isNotBlank();
    }
  }

  private static byte[] flipped(byte[] bytes, int at, byte value) {
    byte[] copy = bytes.clone();
    copy[at] = value;
    return copy;
  }

  /** The bytes up to one place, and then those from another on. */
  private static byte[] spliced(byte[] bytes, int upTo, int from) {
    byte[] result = new byte[upTo + bytes.length - from];
    System.arraycopy(bytes, 0, result, 0, upTo);
    System.arraycopy(bytes, from, result, upTo, bytes.length - from);
    return result;
  }

  private static void collect(JsonNode node, List<ObjectNode> objects) {
    if (node instanceof ObjectNode object) {
      objects.add(object);
    }
    if (node instanceof ObjectNode || node instanceof ArrayNode) {
      node.forEach(child -> collect(child, objects));
    }
  }

  @Provide
  Arbitrary<AuditEvent> events() {
    return ArbitraryEvents.events();
  }
}
