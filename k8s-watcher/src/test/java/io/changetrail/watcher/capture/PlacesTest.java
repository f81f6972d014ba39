// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** By which of its names an object's service is known. */
class PlacesTest {
  private static JsonNode deployment() throws Exception {
    return new ObjectMapper()
        .readTree(
            """
            {"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop",
              "annotations": {"resource.opentelemetry.io/service.name": "storefront"},
              "labels": {"app.kubernetes.io/name": "web-app", "team": "checkout"}}}
            """);
  }

  private static String service(List<String> names) throws Exception {
    return new Places("test", "prod", Map.of(), names).of(deployment(), "u").service();
  }

  @Test
  void E4_whatTracesCallAServiceComesBeforeItsLabelsUnlessTheConfigurationSaysOtherwise()
      throws Exception {
    assertThat(service(Places.SERVICE_NAMES)).isEqualTo("storefront");
    assertThat(service(List.of("team", "app.kubernetes.io/name"))).isEqualTo("checkout");
    assertThat(service(List.of("owner"))).as("a workload without is its own").isEqualTo("web");
  }
}
