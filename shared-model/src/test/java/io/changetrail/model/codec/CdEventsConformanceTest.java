// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.content.CanonicalContent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CdEventsConformanceTest {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<String> types() {
    return CdEventsFacts.types();
  }

  @Test
  void theSpecificationHas45Types() {
    assertThat(types()).hasSize(45);
  }

  @ParameterizedTest
  @MethodSource("types")
  void E9_everyConformanceSampleIsAcceptedAndComesOutAgainWithAllItsFields(String type)
      throws Exception {
    ObjectNode sample = CdEventsFacts.sample(type, "0.5.1");

    AuditEvent event = CODEC.decode(sample.deepCopy());
    JsonNode again = JSON.readTree(CODEC.encode(event));

    assertThat(missing(sample, again, "")).isEmpty();
    AuditEvent twice = CODEC.decode(CODEC.encode(event));
    assertThat(twice).isEqualTo(event);
    assertThat(CanonicalContent.hash(twice)).isEqualTo(CanonicalContent.hash(event));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.1.2", "0.2.0", "0.3.0", "0.4.1", "0.5.1", "0.6.0-draft"})
  void E9_contextsOfAllVersionsAreAccepted(String version) {
    ObjectNode sample = CdEventsFacts.sample("dev.cdevents.service.deployed.0.3.0", version);
    if (version.compareTo("0.5") < 0) {
      ObjectNode context = (ObjectNode) sample.at("/data/context");
      context.set("version", context.remove("specversion"));
    }

    AuditEvent event = CODEC.decode(sample);

    assertThat(event.change().kind()).isEqualTo(ChangeKind.DEPLOYMENT);
    assertThat(event.targets().get(0).environment()).isEqualTo("test123");
  }

  /** The paths of all leaves of {@code expected} that {@code actual} does not have. */
  private static List<String> missing(JsonNode expected, JsonNode actual, String path) {
    if (expected.isObject()) {
      return expected.properties().stream()
          .flatMap(
              field ->
                  missing(
                      field.getValue(), actual.path(field.getKey()), path + "/" + field.getKey())
                      .stream())
          .toList();
    }
    return expected.equals(actual) ? List.of() : List.of(path);
  }
}
