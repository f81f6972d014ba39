// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What of an object is declared. */
class CanonicalStateTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final CanonicalState canonical =
      new CanonicalState(new Redactor(RedactionRules.defaults(), null), new IgnoredPaths(Map.of()));

  private ObjectNode state(String yaml) throws Exception {
    return canonical.of(YAML.readTree(yaml), null);
  }

  @Test
  void C12_whatIsNullIsAbsentAtAnyDepth() throws Exception {
    String deployment =
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {metadata: {%slabels: {a: b}}}}}";
    assertThat(state(deployment.formatted("creationTimestamp: null, ")))
        .isEqualTo(state(deployment.formatted("")));
  }

  @Test
  void C5_taintsThatPeopleSetAreDeclaredAndThoseOfTheClusterAreNot() throws Exception {
    ObjectNode state =
        state(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: n1}
            spec:
              taints:
                - {key: node.kubernetes.io/not-ready, effect: NoExecute}
                - {key: maintenance, value: "1", effect: NoExecute}
                - {key: ToBeDeletedByClusterAutoscaler, effect: NoSchedule}
            """);
    assertThat(state.at("/spec/taints").findValuesAsText("key")).containsExactly("maintenance");
    assertThat(
            state(
                "{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule}]}}"))
        .isEqualTo(
            state("{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: null}}"));
  }

  @Test
  void C5_aCopyOfASecretInAToolsAnnotationIsNeitherRecordedNorToldOf() throws Exception {
    String secret =
        """
        apiVersion: v1
        kind: Secret
        metadata:
          name: db
          annotations:
            objectset.rio.cattle.io/applied: H4sIAAAAAAAA-copy
            example.com/backup: a-copy-too
            org.opencontainers.image.revision: 0a1b2c
        data: {pin: Zmlyc3Q=}
        """;
    assertThat(state(secret).at("/metadata/annotations").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("org.opencontainers.image.revision");
    // Also out of a state that was recorded before.
    assertThat(CanonicalState.tidied((ObjectNode) YAML.readTree(secret)).toString())
        .doesNotContain("copy");
    assertThat(
            state(
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, annotations: {objectset.rio.cattle.io/applied: copy, a: b}}}")
                .toString())
        .doesNotContain("copy");
  }
}
