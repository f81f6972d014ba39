// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.codec.ExpectedState;
import io.changetrail.server.RunningServer.Answer;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What producers see of the server. */
class IngestTest {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final String CANARY = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

  @TempDir private Path data;
  private RunningServer server;
  private final Instant now = Instant.now();

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private AuditEvent event(String id) {
    return Events.deployment(id, now, "checkout", "prod").build();
  }

  private Answer postTree(JsonNode tree) throws Exception {
    return server.post("/v1/events", CloudEventsCodec.MEDIA_TYPE, tree.toString());
  }

  private JsonNode stored() throws Exception {
    return server.get("/v1/events").json().path("events");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/id | id",
        "/source | source",
        "/type | type",
        "/data/customData/changetrail/actor | actor",
        "/data/customData/changetrail/actor/id | actor.id",
        "/data/customData/changetrail/actor/kind | actor.kind",
        "/data/customData/changetrail/actor/evidence | actor.evidence",
        "/data/customData/changetrail/change/action | change.action",
        "/data/customData/changetrail/targets | targets",
        "/data/customData/changetrail/targets/0/deployment.environment.name | environment",
      })
  void E1_anEventWithoutARequiredFieldIsRejectedAndTheFieldNamed(String pointer, String field)
      throws Exception {
    ObjectNode tree =
        CODEC.toTree(Events.config("c-1", now, "checkout", "{}", "{\"a\":1}").build());
    int cut = pointer.lastIndexOf('/');
    ((ObjectNode) tree.at(pointer.substring(0, cut))).remove(pointer.substring(cut + 1));
    if (!pointer.startsWith("/data")) {
      ((ObjectNode) tree.at("/data/context")).remove(pointer.substring(1));
    }
    Answer answer = postTree(tree);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    assertThat(answer.json().path("field").asText()).contains(field);
    assertThat(stored()).isEmpty();
  }

  @Test
  void E4_oneEventNamesManyServicesAndStandsInEachTimeline() throws Exception {
    server.store(
        event("release-7").toBuilder()
            .targets(
                Stream.of("checkout", "cart", "payment")
                    .map(name -> Target.service(name, "prod"))
                    .toList())
            .build());
    for (String service : List.of("checkout", "cart", "payment")) {
      assertThat(server.get("/v1/events", "service", service).json().at("/events/0/id").asText())
          .isEqualTo("release-7");
    }
    assertThat(server.get("/v1/events").json().path("events")).hasSize(1);
  }

  @Test
  void E5_everyKindAndACustomKindIsStoredAndFoundByIt() throws Exception {
    List<ChangeKind> kinds =
        Stream.concat(
                Stream.concat(ChangeKind.OF_ENVIRONMENTS.stream(), ChangeKind.OF_DELIVERY.stream()),
                Stream.of(ChangeKind.of("acme.dns")))
            .toList();
    for (ChangeKind kind : kinds) {
      server.store(
          Events.delivery("kind-" + kind, now, kind, "change")
              .target(Target.service("checkout", "prod"))
              .build());
    }
    for (ChangeKind kind : kinds) {
      JsonNode events = server.get("/v1/events", "kind", kind.name()).json().path("events");
      assertThat(events).as(kind.name()).hasSize(1);
      assertThat(events.at("/0/id").asText()).isEqualTo("kind-" + kind);
    }
    ObjectNode unknown = CODEC.toTree(event("kind-unknown"));
    ((ObjectNode) unknown.at("/data/customData/changetrail/change")).put("kind", "dns");
    Answer answer = postTree(unknown);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("detail").asText()).contains("acme.dns");
  }

  @Test
  void E9_structuredBatchedAndBinaryModeMeanTheSame() throws Exception {
    ObjectNode tree = CODEC.toTree(event("binary"));
    Answer binary =
        server.send(
            server
                .request("/v1/events")
                .header("Content-Type", "application/json")
                .header("ce-specversion", "1.0")
                .header("ce-id", "binary")
                .header("ce-source", Events.GITHUB)
                .header("ce-type", tree.path("type").asText())
                .header("ce-subject", tree.path("subject").asText())
                .header("ce-time", tree.path("time").asText())
                .POST(
                    java.net.http.HttpRequest.BodyPublishers.ofString(tree.path("data").toString()))
                .build());
    assertThat(binary.text()).contains("\"accepted\":1");
    assertThat(postTree(tree).json().path("duplicate").asInt()).isEqualTo(1);
    assertThat(server.emit(event("binary")).json().path("duplicate").asInt()).isEqualTo(1);
    assertThat(
            server
                .post("/v1/events", "application/json", "[" + tree + "]")
                .json()
                .path("duplicate")
                .asInt())
        .isEqualTo(1);
    assertThat(stored()).hasSize(1);
  }

  @Test
  void E9_aForeignCdEventIsTakenAndGivenBackAsItWas() throws Exception {
    JsonNode foreign =
        Events.json(
            """
            {"specversion":"1.0","id":"f-1","source":"/tekton/prod",
             "type":"dev.cdevents.service.deployed.0.2.0","time":"%s","subject":"checkout",
             "datacontenttype":"application/json",
             "data":{"context":{"version":"0.4.1","id":"f-1","source":"/tekton/prod",
               "type":"dev.cdevents.service.deployed.0.2.0","timestamp":"%s"},
              "subject":{"id":"checkout","source":"/tekton/prod","type":"service",
               "content":{"environment":{"id":"prod"},
                "artifactId":"pkg:oci/checkout@sha256%%3A0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427"}}}}
            """
                .formatted(now, now));
    assertThat(postTree(foreign).json().path("accepted").asInt()).isEqualTo(1);
    JsonNode back = server.get("/v1/events", "service", "checkout", "environment", "prod").json();
    assertThat(back.at("/events/0/type").asText()).isEqualTo(foreign.path("type").asText());
    assertThat(back.at("/events/0/data/subject")).isEqualTo(foreign.at("/data/subject"));
  }

  @Test
  void E10_whatANewerProducerAddsSurvivesStoreAndExport() throws Exception {
    ObjectNode tree = CODEC.toTree(event("newer"));
    tree.put("partitionkey", "k-1");
    ((ObjectNode) tree.at("/data")).putObject("customDataOfTomorrow").put("a", 1);
    ((ObjectNode) tree.at("/data/customData")).putObject("acme").put("wave", "blue");
    ((ObjectNode) tree.at("/data/customData/changetrail/change")).put("blast", "small");
    assertThat(postTree(tree).json().path("accepted").asInt()).isEqualTo(1);
    JsonNode back = stored().get(0);
    assertThat(back.path("partitionkey").asText()).isEqualTo("k-1");
    assertThat(back.at("/data/customDataOfTomorrow/a").asInt()).isEqualTo(1);
    assertThat(back.at("/data/customData/acme/wave").asText()).isEqualTo("blue");
    assertThat(back.at("/data/customData/changetrail/change/blast").asText()).isEqualTo("small");
  }

  @Test
  void E11_theSameEventSentAgainIsStoredOnceAndAnotherContentIsFlagged() throws Exception {
    server.store(event("run-1"));
    for (int i = 0; i < 5; i++) {
      assertThat(server.emit(event("run-1")).json().path("duplicate").asInt()).isEqualTo(1);
    }
    AuditEvent other = Events.deployment("run-1", now, "checkout", "staging").build();
    Answer conflict = server.emit(other);
    assertThat(conflict.json().path("conflicting").asInt()).isEqualTo(1);
    assertThat(conflict.json().at("/errors/0/id").asText()).isEqualTo("run-1");
    JsonNode events = stored();
    assertThat(events).hasSize(2);
    assertThat(events.findValues("conflicting")).hasSize(1);
  }

  @Test
  void oneBadEventNeverBlocksItsBatch() throws Exception {
    ArrayNode batch = (ArrayNode) Events.json("[]");
    batch.add(CODEC.toTree(event("good-1")));
    batch.add("no event at all");
    ObjectNode noActor = CODEC.toTree(event("bad-2"));
    ((ObjectNode) noActor.at("/data/customData/changetrail")).remove("actor");
    batch.add(noActor);
    batch.add(
        CODEC.toTree(
            Events.deployment("bad-3", now.plus(Duration.ofMinutes(41 * 60 + 5)), "a", "prod")
                .build()));
    batch.add(CODEC.toTree(Events.deployment("bad-4", Instant.EPOCH, "a", "prod").build()));
    batch.add(CODEC.toTree(event("good-5")));
    Answer answer = server.post("/v1/events", CloudEventsCodec.BATCH_MEDIA_TYPE, batch.toString());
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
    assertThat(answer.json().path("rejected").asInt()).isEqualTo(4);
    assertThat(answer.json().path("errors").findValuesAsText("index"))
        .containsExactly("1", "2", "3", "4");
    assertThat(answer.json().at("/errors/1/field").asText()).contains("actor");
    assertThat(answer.json().at("/errors/2/detail").asText())
        .contains("41 h in the future; check the sender's clock");
    assertThat(answer.json().at("/errors/3/detail").asText()).contains("in the past");
    assertThat(stored()).hasSize(2);
  }

  @Test
  void aServerWhoseClockIsBehindRefusesNoEventOfASenderWhoseClockIsRight() throws Exception {
    Instant right = Instant.now();
    Instant wrong = right.minus(Duration.ofHours(5));
    try (RunningServer slow =
        RunningServer.start(data.resolve("slow"), InstantSource.fixed(wrong))) {
      byte[] event = CODEC.encode(Events.deployment("now", right, "checkout", "prod").build());
      for (String sent : List.of("", http(right), http(right.plus(Duration.ofDays(9))))) {
        HttpRequest.Builder request =
            slow.request("/v1/events")
                .header("Content-Type", CloudEventsCodec.MEDIA_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(event));
        if (!sent.isEmpty()) {
          request.header("Date", sent);
        }
        assertThat(slow.send(request.build()).status())
            .as("a clock that is days off says nothing, as none: '%s'", sent)
            .isEqualTo(sent.equals(http(right)) ? 202 : 400);
      }
    }
  }

  private static String http(Instant time) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
  }

  @Test
  void X2_nobodySpeaksInTheServersOwnName() throws Exception {
    AuditEvent answer =
        Events.deployment("a", Instant.now(), "checkout", "prod").build().toBuilder()
            .ref(new EventRef("/changetrail/correlations", "x/answer/0"))
            .build();

    Answer refused = server.post("/v1/events", CloudEventsCodec.MEDIA_TYPE, CODEC.encode(answer));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("field").asText()).isEqualTo("source");
    assertThat(refused.text()).contains("kept for what this server says");
    assertThat(stored()).isEmpty();
  }

  @Test
  void aGzipBombIsCutOffAndAGzipBatchIsTaken() throws Exception {
    assertThat(gzipped(CODEC.encode(event("zipped"))).status()).isEqualTo(202);
    assertThat(gzipped(new byte[64 << 20]).status()).isEqualTo(413);
    assertThat(stored()).hasSize(1);
  }

  private Answer gzipped(byte[] plain) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    }
    return server.send(
        server
            .request("/v1/events")
            .header("Content-Type", CloudEventsCodec.MEDIA_TYPE)
            .header("Content-Encoding", "gzip")
            .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(bytes.toByteArray()))
            .build());
  }

  @Test
  void anEventOver256KiBKeepsItsEnvelopeAndAMarkedDiff() throws Exception {
    ObjectNode big = (ObjectNode) Events.json("{}");
    for (int i = 0; i < 400; i++) {
      big.put("key-" + i, "v".repeat(2000));
    }
    server.store(Events.config("big", now, "checkout", "{}", big.toString()).build());
    JsonNode back = stored().get(0);
    assertThat(back.path("id").asText()).isEqualTo("big");
    assertThat(back.at("/data/customData/changetrail/change/truncated").asBoolean()).isTrue();
    assertThat(back.toString().length()).isLessThan(300 << 10);
  }

  @Test
  void X1_aSecretInAForeignEventIsGoneBeforeAnythingIsDurableOrLogged() throws Exception {
    AuditEvent leaky =
        Events.config(
                "leak",
                now,
                "checkout",
                "{\"db\":{\"password\":\"hunter2-and-more\"},\"note\":\"" + CANARY + "\"}",
                "{\"db\":{\"password\":\"correct-horse-battery\"},\"note\":\"x\"}")
            .attribute("api_key", Events.json("\"" + CANARY + "\""))
            .build();
    server.store(leaky);
    ObjectNode rejected = CODEC.toTree(event("rejected"));
    rejected.put("time", CANARY);
    String complaint = postTree(rejected).text();
    String answers = server.get("/v1/events").text() + complaint;
    assertThat(answers).doesNotContain(CANARY, "hunter2-and-more", "correct-horse-battery");
    server.close();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(CANARY, "hunter2-and-more", "correct-horse-battery");
      }
    }
  }

  @Test
  void aBaselineGivesAResourceAStateWithoutAnEvent() throws Exception {
    String body =
        """
        {"source":"/kubernetes/prod-eu1","time":"%s",
         "target":{"service":"checkout","environment":"prod",
          "resource":{"kind":"ConfigMap","name":"checkout","uid":"u-1"}},
         "state":{"timeout":"3s","password":"hunter2-and-more"}}
        """
            .formatted(now.minusSeconds(60));
    assertThat(server.put("/v1/resources", body).json().path("created").asBoolean()).isTrue();
    assertThat(server.put("/v1/resources", body).json().path("created").asBoolean()).isFalse();
    JsonNode state = server.get("/v1/state", "service", "checkout").json();
    assertThat(state.at("/resources/0/state/timeout").asText()).isEqualTo("3s");
    assertThat(state.toString()).doesNotContain("hunter2");
    assertThat(stored()).isEmpty();
    assertThat(server.put("/v1/resources", body.replace("\"state\"", "\"stat\"")).text())
        .contains("did you mean 'state'?");
  }

  @Test
  void anEventOverTheLimitKeepsItsEnvelopeAndAMarkedPartOfItsDiff() throws Exception {
    StringBuilder after = new StringBuilder("{\"a\":1");
    for (int i = 0; i < 500; i++) {
      after.append(",\"part-").append(i).append("\":\"").append("word ".repeat(200)).append('"');
    }
    AuditEvent large = Events.config("large", now, "checkout", "{}", after + "}").build();
    byte[] body = CODEC.encode(large);
    assertThat(body.length).isGreaterThan(256 << 10);

    Answer answer = server.post("/v1/events", CloudEventsCodec.MEDIA_TYPE, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    JsonNode event = server.get("/v1/events", "service", "checkout").json().at("/events/0");
    AuditEvent kept = CODEC.decode(event.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(event.toString().length()).isLessThan(257 << 10);
    assertThat(kept.ref()).isEqualTo(large.ref());
    assertThat(kept.time()).isEqualTo(large.time());
    assertThat(kept.actor()).isEqualTo(large.actor());
    assertThat(kept.targets()).isEqualTo(large.targets());
    assertThat(kept.change().summary()).isEqualTo(large.change().summary());
    assertThat(kept.change().state().truncated()).isTrue();
  }

  @Test
  void aSourceReadsBackWhatItRecordedAndSendsOnlyWhatFollowsFromIt() throws Exception {
    AuditEvent first = Events.config("c1", now, "checkout", "{}", "{\"a\":1}").build();
    AuditEvent late = Events.config("c2", now, "checkout", "{\"a\":0}", "{\"a\":2}").build();
    AuditEvent next = Events.config("c3", now, "checkout", "{\"a\":1}", "{\"a\":2}").build();
    server.store(ExpectedState.expecting("", first));

    JsonNode recorded =
        server.get("/v1/resources", "source", first.ref().source()).json().at("/resources/0");
    JsonNode refused =
        server.emit(ExpectedState.expecting("0".repeat(64), late)).json().at("/errors/0");
    server.store(ExpectedState.expecting(recorded.path("hash").asText(), next));

    assertThat(recorded.at("/state/a").asInt()).isEqualTo(1);
    JsonNode one =
        server
            .get(
                "/v1/resources",
                "source",
                first.ref().source(),
                "kind",
                recorded.at("/target/resource/kind").asText(),
                "uid",
                recorded.at("/target/resource/uid").asText())
            .json()
            .at("/resources/0");
    assertThat(one.at("/event/id").asText())
        .as("what brought the state")
        .isEqualTo(next.ref().id());
    assertThat(refused.path("status").asText()).isEqualTo("superseded");
    assertThat(server.emit(ExpectedState.expecting("0".repeat(64), next)).json().path("duplicate"))
        .as("the condition is not part of the event")
        .isEqualTo(IntNode.valueOf(1));
    assertThat(stored()).hasSize(2);
    assertThat(server.get("/v1/resources", "source", "/another").json().path("resources"))
        .isEmpty();
    ObjectNode malformed = CODEC.toTree(next).put("expectedstate", "yes");
    assertThat(postTree(malformed).text()).contains("expectedstate", "64 hex digits");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void mutatedEventsNeverMakeTheServerFail(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] valid = CODEC.encode(Events.config("fuzz", now, "checkout", "{}", "{\"a\":1}").build());
    for (int round = 0; round < 300; round++) {
      byte[] bytes = valid.clone();
      for (int i = random.nextInt(6); i >= 0; i--) {
        int at = random.nextInt(bytes.length);
        bytes[at] =
            random.nextBoolean() ? (byte) random.nextInt(256) : bytes[random.nextInt(bytes.length)];
      }
      Answer answer = server.post("/v1/events", CloudEventsCodec.MEDIA_TYPE, bytes);
      assertThat(answer.status())
          .as("seed %s round %s: %s", seed, round, answer.text())
          .isIn(202, 400);
    }
  }
}
