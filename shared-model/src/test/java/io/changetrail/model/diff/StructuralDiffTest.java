// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.ArbitraryEvents;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.StateChange;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StructuralDiffTest {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  @Property(tries = 600)
  void E2_applyingThePatchToBeforeGivesAfter(
      @ForAll("json") JsonNode before, @ForAll("json") JsonNode after) {
    JsonNode untouched = before.deepCopy();
    ArrayNode patch = StructuralDiff.patch(before, after);

    assertThat(StructuralDiff.apply(before, patch)).isEqualTo(after);
    assertThat(before).as("before is not altered").isEqualTo(untouched);
  }

  @Property(tries = 600)
  void E2_aSmallEditOfAStateIsPatchedExactly(@ForAll("edits") Tuple.Tuple2<JsonNode, JsonNode> edit)
      throws JsonProcessingException {
    ArrayNode patch = StructuralDiff.patch(edit.get1(), edit.get2());
    ArrayNode fromTheWire = (ArrayNode) JSON.readTree(patch.toString());

    assertThat(StructuralDiff.apply(edit.get1(), fromTheWire)).isEqualTo(edit.get2());
  }

  @Test
  void E2_itemsWithNamesArePatchedByNameAndNotByPlace() throws JsonProcessingException {
    JsonNode before =
        JSON.readTree(
            "[{\"name\":\"A\",\"value\":1},{\"name\":\"B\",\"value\":1},{\"name\":\"C\",\"value\":1}]");
    JsonNode after =
        JSON.readTree(
            "[{\"name\":\"A\",\"value\":1},{\"name\":\"N\",\"value\":1},{\"name\":\"C\",\"value\":2}]");

    ArrayNode patch = StructuralDiff.patch(before, after);

    assertThat(patch.toString())
        .isEqualTo(
            "[{\"op\":\"remove\",\"path\":\"/1\"},"
                + "{\"op\":\"add\",\"path\":\"/1\",\"value\":{\"name\":\"N\",\"value\":1}},"
                + "{\"op\":\"replace\",\"path\":\"/2/value\",\"value\":2}]");
    assertThat(StructuralDiff.apply(before, patch)).isEqualTo(after);
  }

  @Property(tries = 200)
  void E2_thePatchOfNothingOrToNothingAppliesToo(@ForAll("json") JsonNode state) {
    assertThat(StructuralDiff.apply(null, StructuralDiff.patch(null, state))).isEqualTo(state);
    assertThat(StructuralDiff.apply(state, StructuralDiff.patch(state, null)))
        .isEqualTo(JsonNodeFactory.instance.nullNode());
  }

  @Property(tries = 200)
  void anEqualStateHasNoDifference(@ForAll("json") JsonNode state) {
    StateChange same = StructuralDiff.between(state, state.deepCopy());

    assertThat(same.patch()).isEmpty();
    assertThat(StructuralDiff.differences(same)).isEmpty();
    assertThat(StructuralDiff.summary(same)).isEqualTo("no difference");
  }

  @Property(tries = 200)
  void theSummaryIsAlwaysOneShortLine(
      @ForAll("json") JsonNode before, @ForAll("json") JsonNode after) {
    assertThat(StructuralDiff.summary(StructuralDiff.between(before, after)))
        .isNotBlank()
        .doesNotContain("\n", "\r", "\u2028")
        .hasSizeLessThan(600);
  }

  @Property(tries = 200)
  void everyStateThatDiffersHasADifference(
      @ForAll("json") JsonNode before, @ForAll("json") JsonNode after) {
    assertThat(StructuralDiff.differences(StructuralDiff.between(before, after)).isEmpty())
        .isEqualTo(before.equals(after));
  }

  @Provide
  Arbitrary<JsonNode> json() {
    return ArbitraryEvents.json();
  }

  /** A state and one that grew out of it: a part of it replaced by a part of another. */
  @Provide
  Arbitrary<Tuple.Tuple2<JsonNode, JsonNode>> edits() {
    return Combinators.combine(
            json().filter(JsonNode::isContainerNode), json(), Arbitraries.integers())
        .as((state, other, choice) -> Tuple.of(state, edited(state, other, choice)));
  }

  private static JsonNode edited(JsonNode state, JsonNode other, int choice) {
    JsonNode copy = state.deepCopy();
    int place = Math.floorMod(choice, Math.max(1, copy.size()));
    if (copy instanceof ObjectNode object) {
      List<String> names = object.properties().stream().map(Map.Entry::getKey).toList();
      String name = names.isEmpty() ? "new" : names.get(place);
      switch (Math.floorMod(choice / 7, 3)) {
        case 0 -> object.set(name, other);
        case 1 -> object.remove(name);
        default -> object.set("another", other);
      }
    } else if (copy instanceof ArrayNode array) {
      switch (Math.floorMod(choice / 7, 3)) {
        case 0 -> array.insert(place, other);
        case 1 -> array.remove(place);
        default -> array.add(other);
      }
    }
    return copy;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"replicas":3,"image":"acme/checkout:1.4.1"} | {"replicas":5,"image":"acme/checkout:1.4.2"} | replicas 3 → 5, image tag 1.4.1 → 1.4.2
          {"image":"r.example:5000/a:1"} | {"image":"r.example:5000/b:1"} | image r.example:5000/a:1 → r.example:5000/b:1
          {"url":"http://a:80"} | {"url":"http://a:81"} | url http://a:80 → http://a:81
          {"a":1} | {"a":1,"b":true} | b true added
          {"a":1,"b":true} | {"a":1} | b removed
          {"a":""} | {"a":" x  y "} | a "" → x y
          {"a":1,"b":1,"c":1,"d":1,"e":1,"f":1} | {"a":2,"b":2,"c":2,"d":2,"e":2,"f":2} | a 1 → 2, b 1 → 2, c 1 → 2, d 1 → 2 and 2 more
          {"env":[{"name":"LOG","value":"info"}]} | {"env":[{"name":"LOG","value":"debug"}]} | LOG info → debug
          true | false | value true → false
          [1,2] | [1,3] | 1 2 → 3
          """)
  void theSummaryTellsThePersonWhatChanged(String before, String after, String summary)
      throws JsonProcessingException {
    assertThat(
            StructuralDiff.summary(
                StructuralDiff.between(JSON.readTree(before), JSON.readTree(after))))
        .isEqualTo(summary);
  }

  @Test
  void creationAndDeletionAreNamed() throws JsonProcessingException {
    JsonNode state = JSON.readTree("{\"a\":1,\"b\":2}");

    assertThat(StructuralDiff.summary(StructuralDiff.between(null, state)))
        .isEqualTo("created (2 fields)");
    assertThat(StructuralDiff.summary(StructuralDiff.between(state, null)))
        .isEqualTo("deleted (2 fields)");
    assertThat(StructuralDiff.between(null, null)).isEqualTo(StateChange.none());
  }

  @Test
  void aLongValueIsShortenedBetweenCharacters() throws JsonProcessingException {
    JsonNode before = JSON.createObjectNode().put("note", "👩".repeat(50));
    JsonNode after = JSON.createObjectNode().put("note", "ok");

    assertThat(StructuralDiff.summary(StructuralDiff.between(before, after)))
        .isEqualTo("note " + "👩".repeat(39) + "… → ok");
  }

  @Test
  void differencesNameTheirPathsByTheNamesOfListItems() throws JsonProcessingException {
    JsonNode before =
        JSON.readTree(
            "{\"spec\":{\"replicas\":3,\"containers\":[{\"name\":\"app\",\"image\":\"a:1\"},"
                + "{\"name\":\"proxy\",\"image\":\"p:1\"}],\"args\":[\"x\"]}}");
    JsonNode after =
        JSON.readTree(
            "{\"spec\":{\"replicas\":5,\"containers\":[{\"name\":\"proxy\",\"image\":\"p:1\"},"
                + "{\"name\":\"app\",\"image\":\"a:2\"}],\"args\":[\"x\",\"y\"]}}");

    assertThat(StructuralDiff.differences(StructuralDiff.between(before, after)))
        .extracting(Difference::dotted)
        .containsExactly("spec.replicas", "spec.containers.app.image", "spec.args.1");
  }

  @Test
  void differencesOfAPatchAloneAreItsPathsAndNewValues() throws JsonProcessingException {
    ArrayNode patch =
        (ArrayNode)
            JSON.readTree(
                "[{\"op\":\"replace\",\"path\":\"/spec/a~1b\",\"value\":{\"x\":1}},"
                    + "{\"op\":\"remove\",\"path\":\"/gone\"},{\"op\":\"replace\",\"path\":\"\",\"value\":7}]");
    StateChange state = new StateChange(null, null, patch, List.of(), false);

    assertThat(StructuralDiff.differences(state))
        .extracting(Difference::dotted)
        .containsExactly("spec.a/b.x", "gone", "");
  }

  @Test
  void aLongListIsComparedInLinearTime() {
    ArrayNode before = JSON.createArrayNode();
    ArrayNode after = JSON.createArrayNode();
    for (int i = 0; i < 50_000; i++) {
      before.add(i);
      after.add(i);
    }
    after.remove(20_000);
    before.remove(40_000);

    ArrayNode patch = StructuralDiff.patch(before, after);

    assertThat(StructuralDiff.apply(before, patch)).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [{"op":"remove","path":"/absent"}]
          [{"op":"explode","path":"/a"}]
          [{"op":"explode","path":""}]
          [{"op":"add"}]
          [{"op":"replace","path":"/a"}]
          [{"op":"add","path":"a","value":1}]
          [{"op":"add","path":"/x/y/z","value":1}]
          [{"op":"add","path":"/a/z","value":1}]
          [{"op":"test","path":"/a","value":2}]
          [{"path":"/a","value":1}]
          [7]
          """)
  void aPatchThatDoesNotApplyIsRefusedByTheFieldsName(String patch) throws JsonProcessingException {
    JsonNode state = JSON.readTree("{\"a\":1}");
    ArrayNode operations = (ArrayNode) JSON.readTree(patch);

    assertThatThrownBy(() -> StructuralDiff.apply(state, operations))
        .isInstanceOfSatisfying(
            InvalidEventException.class, e -> assertThat(e.field()).isEqualTo("change.patch"));
  }

  @Test
  void aSecretThatChangedIsNotShownAndOneUnderAnotherKeyIsNotCompared()
      throws JsonProcessingException {
    String first = "hmac-sha256:k1:" + "a".repeat(64);
    String second = "hmac-sha256:k1:" + "b".repeat(64);
    String otherKey = "hmac-sha256:k2:" + "a".repeat(64);

    assertThat(summary(first, second)).isEqualTo("password changed (redacted)");
    assertThat(summary(first, otherKey)).isEqualTo("password not comparable (redacted, other key)");
    assertThat(summary(first, "redacted"))
        .isEqualTo("password not comparable (redacted, other key)");
  }

  @Test
  void ofAPatchAloneTheSummaryTellsTheNewValues() throws JsonProcessingException {
    ArrayNode patch =
        (ArrayNode)
            JSON.readTree(
                "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":5},"
                    + "{\"op\":\"remove\",\"path\":\"/spec/paused\"},"
                    + "{\"op\":\"move\",\"from\":\"/x\",\"path\":\"/y\"},"
                    + "{\"op\":\"add\",\"path\":\"/z\",\"value\":1}]");

    assertThat(StructuralDiff.summary(new StateChange(null, null, patch, List.of(), false)))
        .isEqualTo("replicas → 5, paused removed, y changed, z 1 added");
  }

  @Test
  void everyOperationOfTheStandardApplies() throws JsonProcessingException {
    ArrayNode patch =
        (ArrayNode)
            JSON.readTree(
                "[{\"op\":\"test\",\"path\":\"/a/0\",\"value\":1},"
                    + "{\"op\":\"add\",\"path\":\"/a/-\",\"value\":3},"
                    + "{\"op\":\"move\",\"from\":\"/a/0\",\"path\":\"/first\"},"
                    + "{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},"
                    + "{\"op\":\"replace\",\"path\":\"/a/1\",\"value\":9},"
                    + "{\"op\":\"remove\",\"path\":\"/a/0\"}]");

    assertThat(StructuralDiff.apply(JSON.readTree("{\"a\":[1,2]}"), patch))
        .isEqualTo(JSON.readTree("{\"a\":[9],\"first\":1,\"b\":[2,3]}"));
  }

  private static String summary(String before, String after) {
    return StructuralDiff.summary(
        StructuralDiff.between(
            JSON.createObjectNode().put("password", before),
            JSON.createObjectNode().put("password", after)));
  }
}
