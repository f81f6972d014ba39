// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Audit records as managed clusters hand them out. */
class AuditExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode payload(String name) throws IOException {
    try (InputStream in = AuditExportTest.class.getResourceAsStream("/kubernetes/export/" + name)) {
      return JSON.readTree(in);
    }
  }

  private static String packed(JsonNode body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(JSON.writeValueAsBytes(body));
    }
    return Base64.getEncoder().encodeToString(out.toByteArray());
  }

  @ParameterizedTest
  @CsvSource({
    "eks.cloudwatch.json, kubernetes-admin, patch, apps, deployments, web, 4711",
    "aks.records.json, alice@acme.example, update, , configmaps, settings, 4712",
    "gke.logentry.json, alice@acme.example, patch, apps, deployments, web, 4713",
  })
  void C6_anExportedRecordTellsWhoWroteWhichVersionOfWhat(
      String file,
      String user,
      String verb,
      String group,
      String resource,
      String name,
      String version)
      throws Exception {
    List<JsonNode> entries = AuditExport.entries(payload(file));

    assertThat(entries).as("other logs that come with it are left out").hasSize(1);
    JsonNode entry = entries.get(0);
    assertThat(entry.at("/user/username").asText()).isEqualTo(user);
    assertThat(entry.path("verb").asText()).isEqualTo(verb);
    assertThat(entry.path("stage").asText()).isEqualTo("ResponseComplete");
    assertThat(entry.at("/responseStatus/code").asInt()).isEqualTo(200);
    assertThat(entry.at("/objectRef/apiGroup").asText("")).isEqualTo(group == null ? "" : group);
    assertThat(entry.at("/objectRef/resource").asText()).isEqualTo(resource);
    assertThat(entry.at("/objectRef/namespace").asText()).isEqualTo("shop");
    assertThat(entry.at("/objectRef/name").asText()).isEqualTo(name);
    assertThat(entry.at("/responseObject/metadata/resourceVersion").asText()).isEqualTo(version);
  }

  @Test
  void C6_packedAndPushedRecordsAreTheSame() throws Exception {
    ObjectNode subscription = JSON.createObjectNode();
    subscription.putObject("awslogs").put("data", packed(payload("eks.cloudwatch.json")));
    assertThat(AuditExport.entries(subscription))
        .isEqualTo(AuditExport.entries(payload("eks.cloudwatch.json")));
    ObjectNode push = JSON.createObjectNode();
    push.putObject("message")
        .put(
            "data",
            Base64.getEncoder()
                .encodeToString(JSON.writeValueAsBytes(payload("gke.logentry.json"))));
    assertThat(AuditExport.entries(push))
        .isEqualTo(AuditExport.entries(payload("gke.logentry.json")));
    assertThat(
            AuditExport.entries(
                JSON.createArrayNode()
                    .add(payload("gke.logentry.json"))
                    .add(payload("gke.logentry.json"))))
        .hasSize(2);
  }

  @Test
  void C6_aRequestThatGoogleRefusedIsNoWriteAndAShellBeginsWithItsRequest() throws Exception {
    ObjectNode refused = payload("gke.logentry.json").deepCopy();
    refused.withObject("/protoPayload/status").put("code", 7);
    assertThat(AuditExport.entries(refused).get(0).at("/responseStatus/code").asInt())
        .isEqualTo(400);
    ObjectNode shell = payload("gke.logentry.json").deepCopy();
    shell
        .withObject("/protoPayload")
        .put("methodName", "io.k8s.core.v1.pods.exec.create")
        .put("resourceName", "core/v1/namespaces/shop/pods/web-1/exec");
    JsonNode entry = AuditExport.entries(shell).get(0);
    assertThat(entry.path("stage").asText()).isEqualTo("ResponseStarted");
    assertThat(entry.at("/objectRef/subresource").asText()).isEqualTo("exec");
    assertThat(entry.at("/objectRef/name").asText()).isEqualTo("web-1");
  }

  @Test
  void whatIsNoneOfTheseIsRefusedWithWhatIsTaken() throws Exception {
    for (String body :
        List.of(
            "{}",
            "{\"kind\": \"EventList\", \"apiVersion\": \"v1\"}",
            "{\"awslogs\": {\"data\": \"H4sI\"}}")) {
      assertThatThrownBy(() -> AuditExport.entries(JSON.readTree(body)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
