// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.InvalidEventException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of files whose lines are longer than are read at once. */
class EventFileTest {
  private static final String MEBIBYTE = "{\"text\":\"" + "x".repeat(1 << 20) + "\"}";

  private static EventFile file(String content) {
    return EventFile.open("-", new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<JsonNode> all(String content) {
    List<JsonNode> all = new ArrayList<>();
    try (EventFile file = file(content)) {
      for (JsonNode next = file.next(); next != null; next = file.next()) {
        all.add(next);
      }
    }
    return all;
  }

  @Test
  void anArrayInOneLongLineIsReadToItsEnd() {
    assertThat(all("[" + String.join(",", Collections.nCopies(20, MEBIBYTE)) + "]")).hasSize(20);
  }

  @Test
  void oneValueInAVeryLongLineIsReadToItsEndAndWhatFollowsToo() {
    String large = "{\"texts\":[" + String.join(",", Collections.nCopies(20, MEBIBYTE)) + "]}";
    List<JsonNode> both = all(large + "\n{\"a\":1}\n");
    assertThat(both).hasSize(2);
    assertThat(both.get(0).path("texts")).hasSize(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e3372036854775807", "92e2147483647"})
  void aNumberThatNothingHoldsIsNamedByItsLineAndTheNextLineIsRead(String number) {
    try (EventFile file = file("{\"a\":1}\n{\"a\":" + number + "}\n{\"a\":2}\n")) {
      assertThat(file.next()).isNotNull();
      assertThatThrownBy(file::next)
          .isInstanceOf(InvalidEventException.class)
          .hasMessageContaining("line 2 has an exponent beyond a billion");
      JsonNode last = file.next();
      assertThat(last).isNotNull();
      assertThat(last.path("a").asInt()).isEqualTo(2);
    }
  }

  @Test
  void aLineThatIsFarTooLongAmongOthersIsNamedAndTheNextIsReadFromItsBegin() {
    String long17 = "{\"texts\":[" + String.join(",", Collections.nCopies(17, MEBIBYTE)) + "]}";
    try (EventFile file = file("{\"a\":1}\n" + long17 + "\n{\"a\":2}\n")) {
      assertThat(file.next()).isNotNull();
      assertThatThrownBy(file::next)
          .isInstanceOf(InvalidEventException.class)
          .hasMessageContaining("line 2 is not JSON");
      JsonNode last = file.next();
      assertThat(last).isNotNull();
      assertThat(last.path("a").asInt()).isEqualTo(2);
      assertThat(file.next()).isNull();
    }
  }
}
