// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.ArbitraryEvents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors are those of RFC 8785. */
class CanonicalJsonTest {
  private static final JsonMapper DOUBLES = new JsonMapper();
  private static final JsonMapper EXACT =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** RFC 8785, Appendix B. */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000, 0",
    "8000000000000000, 0",
    "0000000000000001, 5e-324",
    "8000000000000001, -5e-324",
    "7fefffffffffffff, 1.7976931348623157e+308",
    "ffefffffffffffff, -1.7976931348623157e+308",
    "4340000000000000, 9007199254740992",
    "c340000000000000, -9007199254740992",
    "4430000000000000, 295147905179352830000",
    "44b52d02c7e14af5, 9.999999999999997e+22",
    "44b52d02c7e14af6, 1e+23",
    "44b52d02c7e14af7, 1.0000000000000001e+23",
    "444b1ae4d6e2ef4e, 999999999999999700000",
    "444b1ae4d6e2ef4f, 999999999999999900000",
    "444b1ae4d6e2ef50, 1e+21",
    "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d, 0.000001",
    "41b3de4355555553, 333333333.3333332",
    "41b3de4355555554, 333333333.33333325",
    "41b3de4355555555, 333333333.3333333",
    "41b3de4355555556, 333333333.3333334",
    "41b3de4355555557, 333333333.33333343",
    "becbf647612f3696, -0.0000033333333333333333",
    "43143ff3c1cb0959, 1424953923781206.2"
  })
  void aNumberIsWrittenAsTheStandardsTableSays(String ieee754, String expected) {
    double value = Double.longBitsToDouble(Long.parseUnsignedLong(ieee754, 16));

    assertThat(canonical(JsonNodeFactory.instance.numberNode(value))).isEqualTo(expected);
  }

  /** RFC 8785, sections 3.2.2 to 3.2.4. */
  @Test
  void theStandardsExampleComesOutAsItsBytes() throws Exception {
    JsonNode example =
        DOUBLES.readTree(
            "{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"
                + "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
                + "\"literals\":[null,true,false]}");

    assertThat(canonical(example))
        .isEqualTo(
            "{\"literals\":[null,true,false],"
                + "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  }

  /** RFC 8785, section 3.2.3: by UTF-16 units, not by code points. */
  @Test
  void namesAreSortedAsTheStandardsExampleShows() throws Exception {
    JsonNode example =
        DOUBLES.readTree(
            "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
                + "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
                + "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
                + "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}");

    JsonNode sorted = DOUBLES.readTree(CanonicalJson.bytes(example));

    assertThat(sorted.elements())
        .toIterable()
        .extracting(JsonNode::textValue)
        .containsExactly(
            "Carriage Return",
            "One",
            "Control",
            "Latin Small Letter O With Diaeresis",
            "Euro Sign",
            "Emoji: Grinning Face",
            "Hebrew Letter Dalet With Dagesh");
  }

  @Test
  void numbersThatNoDoubleHoldsKeepTheirDigitsSoThatTheyStayDifferent() throws Exception {
    assertThat(canonical(EXACT.readTree("9007199254740993"))).isEqualTo("9007199254740993");
    assertThat(canonical(EXACT.readTree("9007199254740992"))).isEqualTo("9007199254740992");
    assertThat(canonical(EXACT.readTree("0.10"))).isEqualTo("0.1");
    assertThat(canonical(EXACT.readTree("1e400"))).isEqualTo("1E+400");
  }

  @Property(tries = 300)
  void neitherTheOrderOfFieldsNorTheWhitespaceMatters(
      @ForAll("json") JsonNode tree, @ForAll long seed) throws Exception {
    JsonNode shuffled = shuffled(tree, new Random(seed));
    JsonNode indented =
        EXACT.readTree(EXACT.writerWithDefaultPrettyPrinter().writeValueAsString(shuffled));

    assertThat(canonical(indented)).isEqualTo(canonical(tree));
    assertThat(canonical(EXACT.readTree(canonical(tree)))).isEqualTo(canonical(tree));
  }

  @Provide
  Arbitrary<JsonNode> json() {
    return ArbitraryEvents.json();
  }

  private static JsonNode shuffled(JsonNode node, Random random) {
    if (node instanceof ObjectNode object) {
      List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
      Collections.shuffle(fields, random);
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      fields.forEach(field -> copy.set(field.getKey(), shuffled(field.getValue(), random)));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      array.forEach(item -> copy.add(shuffled(item, random)));
      return copy;
    }
    return node;
  }

  private static String canonical(JsonNode tree) {
    return new String(CanonicalJson.bytes(tree), StandardCharsets.UTF_8);
  }
}
