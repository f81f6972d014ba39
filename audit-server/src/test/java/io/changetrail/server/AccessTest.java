// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what. */
class AccessTest {
  @TempDir private Path data;
  private final Instant now = Instant.now();

  private TokenFile tokens() {
    return new TokenFile(data.resolve(TokenFile.NAME));
  }

  private String token(Token.Ingest ingest, Token.Read read, String tenant) {
    return tokens()
        .create(new TokenFile.Grant("test", tenant, null, ingest, read, false), now)
        .secret();
  }

  private String sender(String source, String tenant) {
    return token(new Token.Ingest(List.of(source)), null, tenant);
  }

  private String reader(List<String> environments, List<String> services) {
    return token(null, new Token.Read(environments, services, null), "default");
  }

  private static List<String> ids(RunningServer server, String... parameters) throws Exception {
    List<String> ids = new ArrayList<>();
    server
        .get("/v1/events", parameters)
        .json()
        .path("events")
        .forEach(event -> ids.add(event.path("id").asText()));
    return ids;
  }

  @Test
  void revokingTheLastTokenOpensNothingAlsoAfterARestart() throws Exception {
    TokenFile file = tokens();
    file.revoke(
        file.create(
                new TokenFile.Grant(
                    "only", "default", null, null, new Token.Read(null, null, null), false),
                now)
            .token()
            .id());

    try (RunningServer server = RunningServer.start(data)) {
      assertThat(server.get("/v1/events").status()).isEqualTo(401);
    }
  }

  @Test
  void aTokenIsKeptAsAHashAndWorksUntilItIsRevokedOrExpires() throws Exception {
    TokenFile file = tokens();
    TokenFile.Created created =
        file.create(
            new TokenFile.Grant(
                "oncall", "default", null, null, new Token.Read(null, null, null), false),
            now);
    String expired =
        file.create(
                new TokenFile.Grant(
                    "old", "default", now, null, new Token.Read(null, null, null), false),
                now)
            .secret();
    assertThat(Files.readString(data.resolve(TokenFile.NAME)))
        .doesNotContain(created.secret().substring(16));
    try (RunningServer server = RunningServer.start(data)) {
      assertThat(server.get("/v1/events").status()).isEqualTo(401);
      assertThat(server.as("ct_nonsense").get("/v1/events").status()).isEqualTo(401);
      assertThat(server.as(expired).get("/v1/events").status()).isEqualTo(401);
      assertThat(server.as(created.secret()).get("/v1/events").status()).isEqualTo(200);
      Answer forbidden = server.as(created.secret()).post("/v1/events", "application/json", "[]");
      assertThat(forbidden.status()).isEqualTo(403);
      assertThat(forbidden.json().path("detail").asText()).contains("ingest", "[read]");
      assertThat(server.as(created.secret()).get("/v1/backup").status()).isEqualTo(403);
      file.revoke(created.token().id());
      assertThat(server.as(created.secret()).get("/v1/events").status()).isEqualTo(401);
      assertThat(server.get("/healthz").status()).isEqualTo(200);
    }
  }

  @Test
  void aSenderSpeaksForItsOwnSourcesAndTenantOnly() throws Exception {
    String ci = sender(Events.GITHUB, "acme");
    String reader = token(null, new Token.Read(null, null, null), "default");
    String acme = token(null, new Token.Read(null, null, null), "acme");
    AuditEvent own = Events.deployment("own", now, "checkout", "prod").build();
    AuditEvent foreign = Events.config("foreign", now, "checkout", "{}", "{\"a\":1}").build();
    try (RunningServer server = RunningServer.start(data)) {
      Answer answer = server.as(ci).emit(own, foreign);
      assertThat(answer.json().path("accepted").asInt()).isEqualTo(1);
      assertThat(answer.json().at("/errors/0/field").asText()).isEqualTo("source");
      ObjectNode claims = new CloudEventsCodec().toTree(own);
      claims.put("id", "claims").put("tenant", "default");
      ((ObjectNode) claims.at("/data/context")).put("id", "claims");
      Answer claimed =
          server.as(ci).post("/v1/events", CloudEventsCodec.MEDIA_TYPE, claims.toString());
      assertThat(claimed.json().path("field").asText()).isEqualTo("tenant");
      assertThat(ids(server.as(reader))).isEmpty();
      assertThat(ids(server.as(acme))).containsExactly("own");
    }
  }

  @Test
  void aScopedReaderSeesTheVisiblePartOfEventsOnly() throws Exception {
    String all = token(new Token.Ingest(List.of("*")), new Token.Read(null, null, null), "default");
    String limited = reader(List.of("prod"), List.of("checkout"));
    try (RunningServer server = RunningServer.start(data)) {
      RunningServer writer = server.as(all);
      writer.store(
          Events.deployment("mine", now, "checkout", "prod").build(),
          Events.deployment("staging", now, "checkout", "staging").build(),
          Events.deployment("cart", now, "cart", "prod").build(),
          Events.deployment("both", now, "checkout", "prod")
              .target(Target.service("payroll", "prod"))
              .build());
      RunningServer mine = server.as(limited);
      assertThat(ids(mine)).containsExactlyInAnyOrder("mine", "both");
      assertThat(mine.get("/v1/events").text()).doesNotContain("payroll", "staging");
      assertThat(ids(mine, "service", "payroll")).isEmpty();
      assertThat(mine.get("/v1/facets", "facet", "service").text())
          .doesNotContain("payroll", "cart");
      assertThat(mine.get("/v1/histogram").json().path("total").asInt()).isEqualTo(2);
      assertThat(mine.get("/v1/changes").text()).doesNotContain("payroll", "cart");
      assertThat(mine.get("/v1/unmapped").text()).doesNotContain("payroll", "cart", "staging");
      String hidden =
          server
              .as(all)
              .get("/v1/events", "service", "cart")
              .json()
              .at("/events/0/eventid")
              .asText();
      assertThat(mine.get("/v1/events/" + hidden).status()).isEqualTo(404);
      assertThat(mine.get("/v1/lineage", "event", hidden).status()).isEqualTo(404);
      assertThat(mine.post("/v1/correlate", "application/json", "{\"service\":\"cart\"}").text())
          .doesNotContain("1.4.2 deployed to prod\",\"reason\":\"cart");
    }
  }

  @Test
  void developmentModeServesThisMachineOnly() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      assertThat(server.get("/v1/events").status()).isEqualTo(200);
      assertThat(raw(server, "Host: localhost:1\r\n")).startsWith("HTTP/1.1 200");
      assertThat(raw(server, "Host: evil.example\r\n")).startsWith("HTTP/1.1 403");
      assertThat(raw(server, "Host: localhost\r\nOrigin: https://evil.example\r\n"))
          .startsWith("HTTP/1.1 403");
      assertThat(raw(server, "Host: localhost\r\nOrigin: null\r\n")).startsWith("HTTP/1.1 403");
      assertThat(raw(server, "Host: localhost\r\nX-Forwarded-For: 10.0.0.1\r\n"))
          .startsWith("HTTP/1.1 403");
      reader(null, null);
      assertThat(server.get("/v1/events").status()).isEqualTo(401);
    }
  }

  private static String raw(RunningServer server, String headers) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("GET /v1/events HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void withoutATokenTheServerListensOnLoopbackOnly() {
    assertThatThrownBy(() -> RunningServer.start(data, "listen.host", "0.0.0.0"))
        .hasMessageContaining("token create");
  }
}
