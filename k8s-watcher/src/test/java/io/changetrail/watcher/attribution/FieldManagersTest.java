// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.diff.Difference;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Owners of fields as a real API server writes them. */
class FieldManagersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static String whoChanged(JsonNode object, String... path) {
    Difference difference =
        new Difference(List.of(path), TextNode.valueOf("before"), TextNode.valueOf("after"));
    return FieldManagers.of(object, List.of(difference), Instant.EPOCH).orElseThrow().manager();
  }

  /** The API server leaves {@code f:data: {}} to the one who made the map. */
  @ParameterizedTest
  @CsvSource({"10:52:27Z, 10:52:27Z", "10:52:27Z, 10:52:28Z", "10:52:28Z, 10:52:27Z"})
  void C6_whoOwnsTheFieldIsNamedAndNotWhoMadeTheMapThatItLiesIn(String made, String edited)
      throws Exception {
    JsonNode object =
        JSON.readTree(
            """
            {"metadata": {"managedFields": [
              {"manager": "kubectl-create", "operation": "Update", "time": "2026-11-27T%s",
               "fieldsV1": {"f:data": {}, "f:metadata": {"f:annotations": {".": {}, "f:a": {}}}}},
              {"manager": "kubectl-patch", "operation": "Update", "time": "2026-11-27T%s",
               "fieldsV1": {"f:data": {"f:k": {}}}}]}}
            """
                .formatted(made, edited));

    assertThat(whoChanged(object, "data", "k")).isEqualTo("kubectl-patch");
  }

  @Test
  void C6_whoOwnsAMapAsAWholeOwnsWhatIsInIt() throws Exception {
    JsonNode object =
        JSON.readTree(
            """
            {"metadata": {"managedFields": [
              {"manager": "helm", "operation": "Update", "time": "2026-11-27T10:52:27Z",
               "fieldsV1": {"f:spec": {"f:selector": {}}}},
              {"manager": "kubectl-label", "operation": "Update", "time": "2026-11-27T10:52:28Z",
               "fieldsV1": {"f:metadata": {"f:labels": {"f:a": {}}}}}]}}
            """);

    assertThat(whoChanged(object, "spec", "selector", "app")).isEqualTo("helm");
  }

  @Test
  void C6_aNodesVersionIsOfWhoWroteItsStatusAndNotOfWhoWroteAnythingElse() throws Exception {
    JsonNode object =
        JSON.readTree(
            """
            {"metadata": {"managedFields": [
              {"manager": "kubelet", "operation": "Update", "subresource": "status",
               "time": "2026-11-27T10:52:27Z",
               "fieldsV1": {"f:status": {"f:nodeInfo": {"f:kubeletVersion": {}}}}},
              {"manager": "kubectl-label", "operation": "Update", "time": "2026-11-27T10:52:28Z",
               "fieldsV1": {"f:metadata": {"f:labels": {"f:a": {}}}}}]}}
            """);

    assertThat(whoChanged(object, "nodeInfo", "kubeletVersion")).isEqualTo("kubelet");
  }
}
